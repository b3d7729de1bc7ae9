module heapscope.example/log-finalizers

go 1.24
