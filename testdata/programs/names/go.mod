module heapscope.example/names

go 1.19
