module heapscope.example/timers

go 1.19
