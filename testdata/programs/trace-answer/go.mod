module heapscope.example/traceanswer

go 1.19
