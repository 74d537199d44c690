import AtSpool
import Testing

@Suite("The command lines of at, atq, atrm and batch")
struct InvocationTests {
    private func read(_ name: AtInvocation.Name, _ words: String) throws(AtInvocation.Mistake) -> AtInvocation {
        try AtInvocation(name, words.split(separator: " ").map(String.init))
    }

    private func mistake(_ name: AtInvocation.Name, _ words: String) -> AtInvocation.Mistake? {
        do throws(AtInvocation.Mistake) {
            _ = try read(name, words)
            return nil
        } catch { return error }
    }

    @Test("Times are words, a minus before a number is one of them, and options may follow them")
    func times() throws {
        #expect(try read(.at, "teatime - 104 minutes").action == .submit(.words("teatime - 104 minutes")))
        #expect(try read(.at, "now -5 minutes").action == .submit(.words("now -5 minutes")))
        let late = try read(.at, "midnight -f ridin -m -qc")
        #expect(late.action == .submit(.words("midnight")))
        #expect(late.file == "ridin" && late.mail == .always && late.queue == AtQueue(option: "c"))
        #expect(try read(.at, "-t 202701010000").action == .submit(.stamp("202701010000")))
        #expect(try read(.at, "-vMu sa noon").mailName == "sa")
    }

    @Test("at can do what atq, atrm and batch do, and each of them does its own")
    func names() throws {
        #expect(try read(.at, "-l").action == .list([]))
        #expect(try read(.at, "-l 3 4").action == .list([3, 4]))
        #expect(try read(.atq, "-q Z 12").queue == AtQueue(option: "Z"))
        #expect(try read(.atq, "-q =").queue == .running)
        #expect(try read(.atq, "-o %F").format == "%F")
        #expect(try read(.at, "-d 9").action == .remove([9]))
        #expect(try read(.at, "-r 9 8").action == .remove([9, 8]))
        #expect(try read(.atrm, "20 17").action == .remove([20, 17]))
        #expect(try read(.at, "-c 20").action == .show([20]))
        let batch = try read(.batch, "")
        #expect(batch.action == .submit(.words("now")) && batch.queue == .batch)
        let minusB = try read(.at, "-b")
        #expect(minusB.action == .submit(.words("now")) && minusB.queue == .batch)
        #expect(try read(.at, "-qb now").queue == .batch)
        #expect(try read(.at, "-V").action == .version)
        #expect(try read(.at, "-V -l").printsVersion)
    }

    @Test("Mistakes are told as at tells them")
    func mistakes() {
        #expect(mistake(.at, "")?.text == "Garbled time")
        #expect(mistake(.at, "-t 1 noon")?.text == "Cannot give time twice.")
        #expect(mistake(.at, "-c foo")?.text == "at: unknown jobid: foo")
        #expect(mistake(.at, "-d 1x")?.text == "at: unknown jobid: 1x")
        #expect(mistake(.at, "-d -- -1")?.text == "at: unknown jobid: -1")
        #expect(mistake(.at, "-z now")?.text == "at: invalid option -- 'z'")
        #expect(mistake(.at, "-q")?.text == "at: option requires an argument -- 'q'")
        #expect(mistake(.at, "-q = now")?.showsUsage == true)
        #expect(mistake(.at, "-q 12 now")?.showsUsage == true)
        #expect(mistake(.atrm, "")?.showsUsage == true)
        #expect(mistake(.at, "-c")?.showsUsage == true)
        #expect(mistake(.batch, "now")?.text == "batch accepts no parameters")
        #expect(mistake(.at, "-u -oQ/tmp now") != nil)
        #expect(mistake(.atrm, "-l") != nil)
    }
}
