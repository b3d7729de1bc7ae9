module heapscope.example/ways

go 1.19
