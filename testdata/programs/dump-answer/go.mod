module heapscope.example/answer

go 1.19
