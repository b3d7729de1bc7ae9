module heapscope.example/share-web

go 1.19
