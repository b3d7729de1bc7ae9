module heapscope.example/debug.oracle/app

go 1.18
