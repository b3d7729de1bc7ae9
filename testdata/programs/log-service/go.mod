module heapscope.example/log-service

go 1.18
