module heapscope.example/trace-cleanup

go 1.19

require heapscope.example/traceanswer v0.0.0

replace heapscope.example/traceanswer => ../trace-answer
