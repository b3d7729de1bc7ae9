module heapscope.example/dump-shards

go 1.19

require heapscope.example/answer v0.0.0

replace heapscope.example/answer => ../dump-answer
