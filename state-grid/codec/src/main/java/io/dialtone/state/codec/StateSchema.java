package io.dialtone.state.codec;

import io.dialtone.state.api.StateFormatException;
import java.util.List;

/**
 * What a version of a service keeps in a session's state, compact enough to travel with a deploy: what the registry holds against the next version. Immutable: any
 * thread may use it.
 */
public final class StateSchema {
    // FNV-1a, 64 bit
    private static final long FNV_OFFSET = 0xCBF2_9CE4_8422_2325L;
    private static final long FNV_PRIME = 0x0000_0100_0000_01B3L;

    private final SchemaType.Struct root;
    private final String text;

    StateSchema(final SchemaType.Struct root) {
        this.root = root;
        text = SchemaText.write(root);
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws StateFormatException if it is nothing of the kind
     */
    public static StateSchema parse(final String text) {
        return new StateSchema(SchemaText.read(text));
    }

    /** One line of text, at most {@link SchemaText#CHARS_MAX} characters. */
    public String text() {
        return text;
    }

    /** Tells it from other schemas, in all processes; never 0. */
    public long identity() {
        long hash = FNV_OFFSET;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return hash == 0 ? FNV_PRIME : hash;
    }

    /**
     * Why {@code next} must not be deployed over live sessions of {@code live}: what the new version could not read of the old one's, or the old one of the new one's
     * when a session comes back to it during the roll-out or by a roll-back. A sentence each, for the developer; none if all is well.
     */
    public static List<String> check(final StateSchema live, final StateSchema next) {
        return SchemaCheck.of(live.root, next.root).refusals();
    }

    /** What is lost or can fail, though both versions read each other: components one of them forgets, numbers that one cannot hold. A sentence each. */
    public static List<String> cautions(final StateSchema live, final StateSchema next) {
        return SchemaCheck.of(live.root, next.root).cautions();
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof final StateSchema that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
