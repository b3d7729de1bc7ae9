module heapscope.example/dump-preempt

go 1.19

require heapscope.example/answer v0.0.0

replace heapscope.example/answer => ../dump-answer
