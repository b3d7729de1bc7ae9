module heapscope.example/log-grow

go 1.18
