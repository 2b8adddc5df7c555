package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process reads of the collector, and says when it is wrong. */
class OtlpPlanTest {
    @TempDir
    private Path folder = Path.of("");

    private final Problems problems = new Problems();

    private static String parsed(final String text) {
        try {
            return OtlpPlan.parse(text).toString();
        } catch (WrongValueException e) {
            return "wrong";
        }
    }

    private TracePlan plan(final String... flagsAndValues) throws WrongConfigurationException {
        final Map<String, List<String>> flags = new HashMap<>(Map.of("--trace-otlp", List.of("http://collector:4318")));
        for (int i = 0; i < flagsAndValues.length; i += 2) {
            flags.put(flagsAndValues[i], List.of(flagsAndValues[i + 1]));
        }
        return TracePlan.of(
                new SettingsReader(List.of(TraceSettings.GROUP, CommonSettings.GROUP), flags, Map.of(), null).read(),
                2,
                problems);
    }

    private TracePlan planWithHeaders(final String headers) throws Exception {
        return plan(
                "--trace-otlp-headers-file",
                Files.writeString(folder.resolve("headers"), headers).toString());
    }

    @Test
    void shouldKnowThePathThatTheProtocolNames() {
        assertEquals("http://collector:4318/v1/traces", parsed("http://collector:4318"));
        assertEquals("https://collector/v1/traces", parsed("https://collector/"));
        assertEquals("https://collector/otlp/x?y=z", parsed("https://collector/otlp/x?y=z"));
        assertEquals("http://[::1]:4318/v1/traces", parsed("http://[::1]:4318"));
        for (final String text : List.of(
                "collector:4318", "grpc://collector:4317", "http://", "http://a b", "http://user:secret@host", "")) {
            assertEquals("wrong", parsed(text), text);
        }
    }

    @Test
    void shouldReadHeadersAndLimits() throws Exception {
        final OtlpPlan plan = planWithHeaders("# of the vendor\nAuthorization: Bearer a:b=\n\n  x-scope : one\n")
                .otlp()
                .orElseThrow();

        assertEquals(
                List.of(new OtlpPlan.Header("Authorization", "Bearer a:b="), new OtlpPlan.Header("x-scope", "one")),
                plan.headers());
        assertFalse(plan.toString().contains("Bearer"), plan::toString);
        assertEquals(20_000, plan.limits().openMax());
        assertEquals(TimeUnit.HOURS.toNanos(4), plan.limits().silenceMaxNs());
        assertEquals("http://collector:4318/v1/traces", plan.place());
        assertEquals(List.of(), problems.sentences());
    }

    @Test
    void shouldSayWhichHeaderIsNoneButNotWhatItIs() throws Exception {
        planWithHeaders("x-key: k\nmy secret\nContent-Length: 5\nx-empty:\n");

        assertEquals(3, problems.sentences().size(), () -> problems.sentences().toString());
        assertEquals(
                List.of("line 2", "line 3", "line 4"),
                problems.sentences().stream()
                        .map(sentence -> sentence.replaceFirst(".*, (line \\d) is no header.*", "$1"))
                        .toList());
        assertFalse(problems.sentences().toString().contains("secret"));
    }

    @Test
    void shouldWantMemoryToReadFrom() throws Exception {
        plan("--trace-memory-max", "300k");

        assertEquals(1, problems.sentences().size());
        assertEquals(
                "trace.memory-max: 307200 (expected: at least 256k for each loop, as trace.otlp is set: what is sent is read from that memory). Maybe 16m. [--trace-memory-max]",
                problems.sentences().getFirst());
    }
}
