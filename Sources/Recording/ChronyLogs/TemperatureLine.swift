/// One line of chrony's `tempcomp.log`: a temperature and what it changes (chrony.conf(5), `log tempcomp`).
public struct TemperatureLine: Sendable, Equatable {
    /// Seconds since 1970.
    public var time: Int
    /// As the sensor's file says it, mostly in thousandths of a degree Celsius.
    public var temperature: Double
    /// By how much the clock's rate is changed for it, ppm.
    public var compensation: Double

    /// - Parameters: as the properties of these names.
    public init(time: Int, temperature: Double, compensation: Double) {
        self.time = time
        self.temperature = temperature
        self.compensation = compensation
    }

    /// Reads one line.
    public init(parsing line: Substring) throws(LogLineError) {
        var fields = try LogFields(line, count: 4)
        time = try fields.time()
        temperature = try fields.number("temperature")
        compensation = try fields.number("compensation")
    }

    /// As chrony writes it.
    public var text: String {
        "\(LogColumn.time(time)) \(LogColumn.scientific(temperature, width: 11, decimals: 4))"
            + " \(LogColumn.scientific(compensation, width: 11, decimals: 4))"
    }
}
