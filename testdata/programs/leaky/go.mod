module heapscope.example/leaky

go 1.19
