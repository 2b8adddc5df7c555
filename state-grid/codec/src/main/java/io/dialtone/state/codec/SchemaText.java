package io.dialtone.state.codec;

import io.dialtone.state.api.StateFormatException;
import io.dialtone.state.codec.SchemaType.Component;
import io.dialtone.state.codec.SchemaType.Constants;
import io.dialtone.state.codec.SchemaType.Family;
import io.dialtone.state.codec.SchemaType.Kind;
import io.dialtone.state.codec.SchemaType.ListOf;
import io.dialtone.state.codec.SchemaType.MapOf;
import io.dialtone.state.codec.SchemaType.Maybe;
import io.dialtone.state.codec.SchemaType.Plain;
import io.dialtone.state.codec.SchemaType.SetOf;
import io.dialtone.state.codec.SchemaType.Struct;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Schemas as text, which comes from other processes as well.
 *
 * <pre>
 * schema    = "state/1 " record
 * record    = name "{" [ component *( "," component ) ] "}"
 * component = name ":" type [ "!" ]                          ; "!": has no default
 * type      = ( word / "list&lt;" type ">" / "set&lt;" type ">" / "map&lt;" type "," type ">" / "record " record
 *             / "enum " name "(" name *( "," name ) ")" / "one " name "[" record *( "," record ) "]" ) [ "?" ]
 * word      = "int" / "string" / ...                         ; Kind
 * </pre>
 */
final class SchemaText {
    /** A type whose description is longer is refused: records that hold records that hold records can be written down in few lines. */
    static final int CHARS_MAX = 256 * 1024;

    private static final String HEAD = "state/1 ";

    /** A type counts for each of its levels, and so do the records of a family. */
    private static final int DEPTH_MAX = 3 * StateLimits.NESTING_LIMIT;

    private static final Map<String, Plain> WORDS =
            Stream.of(Kind.values()).collect(Collectors.toUnmodifiableMap(Kind::word, Plain::new));

    private final String text;
    private int position;
    private int depth;

    private SchemaText(final String text) {
        this.text = text;
    }

    static boolean isName(final String name) {
        return !name.isEmpty() && name.chars().allMatch(Character::isJavaIdentifierPart);
    }

    static String write(final Struct root) {
        final StringBuilder to = new StringBuilder(HEAD);
        record(to, root);
        return to.toString();
    }

    /** A type in the words of the text, for messages. */
    static String describe(final SchemaType type) {
        return switch (type) {
            case Plain plain -> plain.kind().word();
            case Maybe maybe -> describe(maybe.of()) + "?";
            case ListOf list -> "list<" + describe(list.element()) + ">";
            case SetOf set -> "set<" + describe(set.element()) + ">";
            case MapOf map -> "map<" + describe(map.key()) + "," + describe(map.value()) + ">";
            case Constants constants -> "enum " + constants.name();
            case Struct struct -> "record " + struct.name();
            case Family family -> "one " + family.name();
        };
    }

    private static void type(final StringBuilder to, final SchemaType type) {
        if (to.length() > CHARS_MAX) {
            throw new StateFormatException("A state whose description is longer than " + CHARS_MAX
                    + " characters. Maybe fewer records within records.");
        }
        switch (type) {
            case Plain plain -> to.append(plain.kind().word());
            case Maybe maybe -> {
                type(to, maybe.of());
                to.append('?');
            }
            case ListOf list -> {
                type(to.append("list<"), list.element());
                to.append('>');
            }
            case SetOf set -> {
                type(to.append("set<"), set.element());
                to.append('>');
            }
            case MapOf map -> {
                type(to.append("map<"), map.key());
                type(to.append(','), map.value());
                to.append('>');
            }
            case Constants constants ->
                to.append("enum ")
                        .append(constants.name())
                        .append('(')
                        .append(String.join(",", constants.constants()))
                        .append(')');
            case Struct struct -> record(to.append("record "), struct);
            case Family family -> {
                to.append("one ").append(family.name());
                char before = '[';
                for (final Struct member : family.members()) {
                    record(to.append(before), member);
                    before = ',';
                }
                to.append(']');
            }
        }
    }

    private static void record(final StringBuilder to, final Struct struct) {
        to.append(struct.name()).append('{');
        String before = "";
        for (final Component component : struct.components()) {
            to.append(before).append(component.name()).append(':');
            type(to, component.type());
            if (!component.hasDefault()) {
                to.append('!');
            }
            before = ",";
        }
        to.append('}');
    }

    static Struct read(final String text) {
        if (text.length() > 2 * CHARS_MAX || !text.startsWith(HEAD)) {
            throw new StateFormatException(
                    "A state's schema begins with \"" + HEAD + "\" and has at most " + CHARS_MAX + " characters.");
        }
        final SchemaText reader = new SchemaText(text);
        reader.position = HEAD.length();
        final Struct root = reader.record();
        if (reader.position != text.length()) {
            throw reader.unexpected("the end");
        }
        return root;
    }

    private Struct record() {
        deeper();
        final String name = name();
        expect('{');
        final List<Component> components = new ArrayList<>();
        if (!tryTake('}')) {
            do {
                final String component = name();
                expect(':');
                final SchemaType type = type();
                components.add(new Component(component, type, !tryTake('!')));
            } while (tryTake(','));
            expect('}');
        }
        depth--;
        requireDistinct(components, Component::name);
        return new Struct(name, List.copyOf(components));
    }

    private SchemaType type() {
        deeper();
        final String word = name();
        final SchemaType type = switch (word) {
            case "list" -> new ListOf(inAngles());
            case "set" -> new SetOf(inAngles());
            case "map" -> map();
            case "record" -> {
                expect(' ');
                yield record();
            }
            case "enum" -> constants();
            case "one" -> family();
            default -> plain(word);
        };
        depth--;
        return tryTake('?') ? new Maybe(type) : type;
    }

    private SchemaType plain(final String word) {
        final Plain plain = WORDS.get(word);
        if (plain == null) {
            throw unexpected("a type, not \"" + word + "\"");
        }
        return plain;
    }

    private SchemaType inAngles() {
        expect('<');
        final SchemaType element = type();
        expect('>');
        return element;
    }

    private MapOf map() {
        expect('<');
        final SchemaType key = type();
        expect(',');
        final SchemaType value = type();
        expect('>');
        return new MapOf(key, value);
    }

    private Constants constants() {
        expect(' ');
        final String name = name();
        expect('(');
        final List<String> constants = listOf(this::name);
        expect(')');
        requireDistinct(constants, Function.identity());
        return new Constants(name, constants);
    }

    private Family family() {
        expect(' ');
        final String name = name();
        expect('[');
        final List<Struct> members = listOf(this::record);
        expect(']');
        requireDistinct(members, Struct::name);
        return new Family(name, members);
    }

    private <T> List<T> listOf(final Supplier<T> next) {
        final List<T> list = new ArrayList<>();
        do {
            list.add(next.get());
        } while (tryTake(','));
        return List.copyOf(list);
    }

    private <T> void requireDistinct(final List<T> list, final Function<T, String> name) {
        final Set<String> names = new HashSet<>();
        for (final T next : list) {
            if (!names.add(name.apply(next))) {
                throw unexpected("each name once, but " + name.apply(next) + " comes twice");
            }
        }
    }

    private void deeper() {
        if (++depth > DEPTH_MAX) {
            throw unexpected("at most " + DEPTH_MAX + " levels");
        }
    }

    private String name() {
        final int start = position;
        while (position < text.length() && Character.isJavaIdentifierPart(text.charAt(position))) {
            position++;
        }
        if (position == start) {
            throw unexpected("a name");
        }
        return text.substring(start, position);
    }

    private boolean tryTake(final char c) {
        if (position < text.length() && text.charAt(position) == c) {
            position++;
            return true;
        }
        return false;
    }

    private void expect(final char c) {
        if (!tryTake(c)) {
            throw unexpected("'" + c + "'");
        }
    }

    private StateFormatException unexpected(final String expected) {
        return new StateFormatException(
                "A state's schema, at character " + position + " (expected: " + expected + ").");
    }
}
