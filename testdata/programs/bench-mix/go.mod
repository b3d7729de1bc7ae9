module heapscope.example/bench-mix

go 1.19
