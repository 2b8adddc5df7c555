package io.dialtone.state.codec;

import io.dialtone.state.api.StateFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a version of a service keeps in a session's state, compact enough to travel with a deploy: what the registry holds against the next version. Immutable: any
 * thread may use it.
 */
public final class StateSchema {
    // FNV-1a, 64 bit
    private static final long FNV_OFFSET = 0xCBF2_9CE4_8422_2325L;
    private static final long FNV_PRIME = 0x0000_0100_0000_01B3L;

    /** No record of a service has a name with a dollar at its end. */
    private static final String CHAIN = "chain$";

    /** For the hyphen of a service's name, which a component cannot have. */
    private static final char HYPHEN = '$';

    private final SchemaType.Struct root;
    private final String text;

    StateSchema(final SchemaType.Struct root) {
        this.root = root;
        text = SchemaText.write(root);
    }

    /** What several services keep, one behind the other; a name has letters, digits, - and _. */
    public static StateSchema ofChain(final List<String> names, final List<StateSchema> schemas) {
        final List<SchemaType.Component> services = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            services.add(new SchemaType.Component(
                    "s" + (i + 1) + "_" + names.get(i).replace('-', HYPHEN), schemas.get(i).root, false));
        }
        return new StateSchema(new SchemaType.Struct(CHAIN, services));
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
        if (!live.services().equals(next.services())) {
            return List.of("the services of the live sessions are " + describe(live) + ", those of this version "
                    + describe(next)
                    + ". Maybe end all sessions first, for a chain cannot change under them.");
        }
        return SchemaCheck.of(live.root, next.root).refusals();
    }

    /** The names of a chain's services with their places; empty for a service that is alone. */
    private List<String> services() {
        return root.name().equals(CHAIN)
                ? root.components().stream().map(SchemaType.Component::name).toList()
                : List.of();
    }

    private static String describe(final StateSchema schema) {
        final List<String> services = schema.services();
        return services.isEmpty()
                ? "one alone"
                : services.stream()
                        .map(name -> name.substring(name.indexOf('_') + 1).replace(HYPHEN, '-'))
                        .collect(Collectors.joining(", "));
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
