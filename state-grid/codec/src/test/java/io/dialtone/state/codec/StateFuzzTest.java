package io.dialtone.state.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dialtone.state.api.StateFormatException;
import java.nio.charset.StandardCharsets;

/**
 * Fuzzing by Jazzer. Without more, each target runs over its corpus under {@code src/test/resources}, as a test of what was once found. With {@code JAZZER_FUZZ=1}
 * in the environment one target is fuzzed: {@code JAZZER_FUZZ=1 mvn -pl state-grid/codec test -Dtest=StateFuzzTest#state},
 * for {@link #DURATION} or what {@code JAZZER_MAX_DURATION=30s} says.
 */
class StateFuzzTest {
    private static final String DURATION = "5m";

    private static final RecordStateCodec<Samples.Everything> CODEC = Bytes.codec(Samples.Everything.class);

    /** Bytes are refused in the codec's own words, or read; what was read is written and read the same ever after. */
    @FuzzTest(maxDuration = DURATION)
    void state(final byte[] data) {
        final Samples.Everything state;
        try {
            state = Bytes.read(CODEC, data);
        } catch (final StateFormatException e) {
            return;
        }
        final byte[] bytes = Bytes.of(CODEC, state);
        final Samples.Everything again = Bytes.read(CODEC, bytes);
        assertEquals(state, again);
        assertArrayEquals(bytes, Bytes.of(CODEC, again));
    }

    /** A schema's text likewise, and two schemas can always be compared. */
    @FuzzTest(maxDuration = DURATION)
    void schema(final byte[] data) {
        final StateSchema schema;
        try {
            schema = StateSchema.parse(new String(data, StandardCharsets.UTF_8));
        } catch (final StateFormatException e) {
            return;
        }
        assertEquals(schema, StateSchema.parse(schema.text()));
        assertEquals(0, StateSchema.check(schema, schema).size());
        StateSchema.check(schema, CODEC.schema());
    }
}
