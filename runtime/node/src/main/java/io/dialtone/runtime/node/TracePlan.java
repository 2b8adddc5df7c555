package io.dialtone.runtime.node;

import io.dialtone.sip.trace.TraceFilter;
import io.dialtone.sip.trace.Tracer;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * What is remembered of messages, and to whom it is sent, by the settings. Immutable, for any thread.
 *
 * @param bytesMax memory of all loops together
 * @param usual what is kept as long as nobody asks for something else
 * @param showsBodies false if no body ever leaves the process
 */
record TracePlan(long bytesMax, TraceFilter usual, boolean showsBodies, Optional<Hep> hep, Optional<OtlpPlan> otlp) {
    /**
     * Where messages are sent as they come.
     *
     * @param key what the receiver wants to hear; empty for nothing
     */
    record Hep(InetSocketAddress receiver, int captureId, String key) {}

    static TracePlan of(final Settings settings, final int loops, final Problems problems) {
        final boolean keepsAll = settings.get(TraceSettings.KEEP) == TraceSettings.Keep.ALL;
        final TraceFilter usual = keepsAll
                ? new TraceFilter(settings.get(TraceSettings.ONE_IN), Optional.empty(), Optional.empty())
                : TraceFilter.NOTHING;
        final long bytesMax = settings.get(TraceSettings.MEMORY_MAX);
        final Optional<Hep> hep = hep(settings, problems);
        final Optional<OtlpPlan> otlp = OtlpPlan.of(settings, problems);
        if ((hep.isPresent() || otlp.isPresent()) && bytesMax / loops < Tracer.LOOP_BYTES_MIN) {
            final Setting<?> reader = hep.isPresent() ? TraceSettings.HEP : TraceSettings.OTLP;
            problems.wrongValue(
                    TraceSettings.MEMORY_MAX.key(),
                    String.valueOf(bytesMax),
                    "at least " + Tracer.LOOP_BYTES_MIN / 1024 + "k for each loop, as " + reader.key()
                            + " is set: what is sent is read from that memory",
                    "16m",
                    settings.origin(TraceSettings.MEMORY_MAX));
        }
        return new TracePlan(bytesMax, usual, settings.get(TraceSettings.BODIES), hep, otlp);
    }

    private static Optional<Hep> hep(final Settings settings, final Problems problems) {
        final Optional<Endpoint> receiver = settings.find(TraceSettings.HEP);
        if (receiver.isEmpty()) {
            return Optional.empty();
        }
        final String key = settings.find(TraceSettings.HEP_KEY_FILE)
                .flatMap(file -> SecretFile.readText(file, problems))
                .orElse("");
        try {
            return Optional.of(new Hep(receiver.get().resolve(), settings.get(TraceSettings.HEP_ID), key));
        } catch (WrongValueException e) {
            problems.wrongValue(
                    TraceSettings.HEP.key(),
                    receiver.get().toString(),
                    e.expected(),
                    null,
                    settings.origin(TraceSettings.HEP));
            return Optional.empty();
        }
    }
}
