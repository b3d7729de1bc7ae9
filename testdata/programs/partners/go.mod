module heapscope.example/partners

go 1.19
