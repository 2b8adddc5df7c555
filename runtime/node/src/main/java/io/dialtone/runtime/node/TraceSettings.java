package io.dialtone.runtime.node;

import io.dialtone.sip.trace.TraceFilter;
import java.net.URI;
import java.nio.file.Path;

/** Settings of what edges and balancers remember of the messages that pass, and to whom they tell it. */
final class TraceSettings {
    /** What is kept when nobody has asked for anything. */
    enum Keep {
        ALL,
        NOTHING
    }

    static final Setting<Long> MEMORY_MAX = Setting.of(
            "trace.memory-max",
            "--trace-memory-max",
            SettingType.bytes("0", "1g"),
            "16m",
            "memory for the last messages, of all loops together, rounded down to a power of two for each; the newest overwrite the oldest. Less than"
                    + " 256k for a loop, or 0, keeps nothing, and 'dialtone trace' shows nothing");

    static final Setting<Keep> KEEP = Setting.of(
            "trace.keep",
            "--trace-keep",
            SettingType.oneOf(Keep.class),
            "all",
            "what is kept as long as 'dialtone trace --start' has not asked for something else");

    static final Setting<Integer> ONE_IN = Setting.of(
            "trace.one-in",
            "--trace-one-in",
            SettingType.wholeNumber(1, TraceFilter.ONE_IN_MAX),
            "1",
            "keeps one of so many slots, or at a stand-alone balancer one of so many calls; all legs of a call, or none");

    static final Setting<Boolean> BODIES = Setting.of(
            "trace.bodies",
            "--trace-bodies",
            SettingType.yesOrNo(),
            "true",
            "shows bodies of messages; false leaves them out wherever messages are shown or sent to");

    static final Setting<Endpoint> HEP = Setting.optional(
            "trace.hep",
            "--trace-hep",
            SettingType.endpoint("HOST:PORT"),
            "where kept messages are sent as they come, by UDP as HEP version 3: Homer's address");

    static final Setting<Integer> HEP_ID = Setting.of(
            "trace.hep-id",
            "--trace-hep-id",
            SettingType.wholeNumber(0, Integer.MAX_VALUE),
            "0",
            "capture id by which the receiver tells its sources apart");

    static final Setting<Path> HEP_KEY_FILE = Setting.optional(
            "trace.hep-key-file",
            "--trace-hep-key-file",
            SettingType.file(),
            "file with the authentication key that the receiver wants to hear");

    static final Setting<URI> OTLP = Setting.optional(
            "trace.otlp",
            "--trace-otlp",
            OtlpPlan.url(),
            "where spans of calls and transactions are sent, by OTLP over HTTP in JSON: a collector of OpenTelemetry; the path is /v1/traces if there is none");

    static final Setting<Path> OTLP_HEADERS_FILE = Setting.optional(
            "trace.otlp-headers-file",
            "--trace-otlp-headers-file",
            SettingType.file(),
            "file with headers for it, an API key for instance, a line each: NAME: VALUE");

    static final Setting<Integer> OTLP_ONE_IN = Setting.of(
            "trace.otlp-one-in",
            "--trace-otlp-one-in",
            SettingType.wholeNumber(1, TraceFilter.ONE_IN_MAX),
            "1",
            "makes spans of one of so many traces among what is kept; all processes choose the same");

    static final Setting<Integer> OTLP_OPEN_MAX = Setting.of(
            "trace.otlp-open-max",
            "--trace-otlp-open-max",
            SettingType.wholeNumber(100, 1_000_000),
            "20000",
            "calls, and as many transactions, whose end is awaited, about 1 KiB each; who comes when there is no room ends the span of another, as it is");

    static final Setting<Long> OTLP_SILENCE_MAX = Setting.of(
            "trace.otlp-silence-max",
            "--trace-otlp-silence-max",
            SettingType.duration("10s", "48h"),
            "4h",
            "a call of which nothing was seen for so long has ended elsewhere: its span is sent as it is");

    static final SettingGroup GROUP = SettingGroup.of(
            "Trace",
            MEMORY_MAX,
            KEEP,
            ONE_IN,
            BODIES,
            HEP,
            HEP_ID,
            HEP_KEY_FILE,
            OTLP,
            OTLP_HEADERS_FILE,
            OTLP_ONE_IN,
            OTLP_OPEN_MAX,
            OTLP_SILENCE_MAX);

    private TraceSettings() {}
}
