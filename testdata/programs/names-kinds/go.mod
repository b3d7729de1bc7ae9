module heapscope.example/names-kinds

go 1.19
