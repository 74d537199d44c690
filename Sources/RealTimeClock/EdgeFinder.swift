public struct EdgeFinder {}
