package io.dialtone.state.codec;

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
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Compares what two versions of a service keep: walks through both types, once for the new version reading the old one's bytes and once the other way round. Used by
 * one thread.
 */
final class SchemaCheck {
    private final Set<String> refusals = new LinkedHashSet<>();
    private final Set<String> cautions = new LinkedHashSet<>();

    /** True while the new version reads. */
    private boolean isForward;

    private SchemaCheck() {}

    static SchemaCheck of(final Struct live, final Struct next) {
        final SchemaCheck check = new SchemaCheck();
        check.isForward = true;
        check.struct(live, next);
        check.isForward = false;
        check.struct(next, live);
        return check;
    }

    List<String> refusals() {
        return List.copyOf(refusals);
    }

    List<String> cautions() {
        return List.copyOf(cautions);
    }

    private void compare(final SchemaType writer, final SchemaType reader, final String path) {
        if (writer instanceof Maybe(final SchemaType inner)) {
            if (reader instanceof Maybe(final SchemaType other)) {
                compare(inner, other, path);
            } else {
                cautions.add(path + ": may be absent in the " + writerName() + " version; the " + readerName()
                        + " one reads that as its default, or as null.");
                compare(inner, reader, path);
            }
            return;
        }
        if (reader instanceof Maybe(final SchemaType inner)) {
            compare(writer, inner, path);
            return;
        }
        switch (writer) {
            case Plain(final Kind kind) when reader instanceof Plain(final Kind other) -> plain(kind, other, path);
            case ListOf(final SchemaType element)
            when reader instanceof ListOf(final SchemaType other) -> compare(element, other, path);
            case SetOf(final SchemaType element)
            when reader instanceof SetOf(final SchemaType other) -> compare(element, other, path);
            case MapOf map
            when reader instanceof final MapOf other -> {
                compare(map.key(), other.key(), path);
                compare(map.value(), other.value(), path);
            }
            case Constants constants when reader instanceof final Constants other -> constants(constants, other);
            case Struct struct when reader instanceof final Struct other -> struct(struct, other);
            case Family family when reader instanceof final Family other -> family(family, other);
            default -> changed(writer, reader, path);
        }
    }

    private void changed(final SchemaType writer, final SchemaType reader, final String path) {
        final SchemaType before = isForward ? writer : reader;
        final SchemaType now = isForward ? reader : writer;
        refusals.add(path + ": " + SchemaText.describe(before) + " before, " + SchemaText.describe(now)
                + " now. Maybe a new component, and the old one later removed.");
    }

    private void plain(final Kind writer, final Kind reader, final String path) {
        if (writer == reader || holds(reader, writer)) {
            return;
        }
        if (!holds(writer, reader)) {
            changed(new Plain(writer), new Plain(reader), path);
        } else if (isForward) {
            refusals.add(path + ": " + writer.word() + " before, " + reader.word()
                    + " now, which does not hold all that may be in memory. Maybe keep the " + writer.word() + ".");
        } else if (writer == Kind.DOUBLE || writer == Kind.DOUBLES) {
            refusals.add(path + ": " + reader.word() + " before, " + writer.word()
                    + " now, which the old version cannot read. Maybe a new component, and the old one later removed.");
        } else {
            cautions.add(path + ": " + reader.word() + " before, " + writer.word()
                    + " now: the old version cannot read a session with a greater number in it.");
        }
    }

    /** True if each value of the one kind is a value of the wider kind, and read as such. */
    private static boolean holds(final Kind wider, final Kind kind) {
        return switch (kind) {
            case BYTE -> wider == Kind.SHORT || wider == Kind.INT || wider == Kind.LONG;
            case SHORT, CHAR -> wider == Kind.INT || wider == Kind.LONG;
            case INT -> wider == Kind.LONG;
            case SHORTS -> wider == Kind.INTS || wider == Kind.LONGS;
            case INTS -> wider == Kind.LONGS;
            case FLOAT -> wider == Kind.DOUBLE;
            case FLOATS -> wider == Kind.DOUBLES;
            default -> false;
        };
    }

    /** Two names of one id: what one version wrote, the other would read as something else. So rare that nobody will ever see it, and so bad that it is looked for. */
    private void sameIds(final String owner, final Collection<String> written, final Collection<String> read) {
        final Map<Integer, String> names = new HashMap<>();
        read.forEach(name -> names.put(WireType.tagOf(name), name));
        for (final String name : written) {
            final String other = names.get(WireType.tagOf(name));
            if (other != null && !other.equals(name)) {
                refusals.add(owner + ": " + (isForward ? name + ", now " + other : other + ", now " + name)
                        + ", two names of one id. Maybe a @StateName for the new one.");
            }
        }
    }

    private void constants(final Constants writer, final Constants reader) {
        sameIds(reader.name(), writer.constants(), reader.constants());
        for (final String constant : writer.constants()) {
            if (reader.constants().contains(constant)) {
                continue;
            }
            final String what = reader.name() + "." + constant
                    + (isForward ? ": gone, and sessions may have it" : ": new, and the old version does not know it");
            if (reader.hasUnknown()) {
                cautions.add(what + "; it will be read as UNKNOWN.");
            } else {
                refusals.add(what
                        + (isForward
                                ? ". Maybe keep it, or have an UNKNOWN."
                                : ". Maybe first deploy a version whose " + reader.name() + " has an UNKNOWN."));
            }
        }
    }

    private void struct(final Struct writer, final Struct reader) {
        final Map<String, Component> written = byName(writer.components(), Component::name);
        final Map<String, Component> read = byName(reader.components(), Component::name);
        sameIds(now(writer, reader).name(), written.keySet(), read.keySet());
        for (final Component component : reader.components()) {
            final Component other = written.get(component.name());
            final String path = reader.name() + "." + component.name();
            if (other != null) {
                compare(other.type(), component.type(), now(writer, reader).name() + "." + component.name());
            } else if (!component.hasDefault()) {
                refusals.add(path
                        + (isForward
                                ? ": new, and it has no default"
                                : ": gone, and for the old version it has no default")
                        + ". Maybe give " + reader.name() + " a static final DEFAULTS, or make it an Optional.");
            }
        }
        for (final Component component : writer.components()) {
            if (!read.containsKey(component.name())) {
                cautions.add(writer.name() + "." + component.name()
                        + (isForward
                                ? ": gone; the new version forgets it when it writes a session."
                                : ": new; the old version forgets it when it writes a session."));
            }
        }
    }

    private void family(final Family writer, final Family reader) {
        final Map<String, Struct> read = byName(reader.members(), Struct::name);
        sameIds(reader.name(), writer.members().stream().map(Struct::name).toList(), read.keySet());
        for (final Struct member : writer.members()) {
            final Struct other = read.get(member.name());
            if (other != null) {
                struct(member, other);
            } else if (isForward) {
                refusals.add(reader.name() + "." + member.name() + ": gone, and sessions may have it. Maybe keep it.");
            } else {
                refusals.add(
                        reader.name() + "." + member.name()
                                + ": new, and the old version does not know it. Maybe first deploy a version that permits it and makes none.");
            }
        }
    }

    private static <T> Map<String, T> byName(final Collection<T> all, final Function<T, String> name) {
        return all.stream()
                .collect(Collectors.toMap(name, Function.identity(), (first, second) -> first, LinkedHashMap::new));
    }

    private <T> T now(final T writer, final T reader) {
        return isForward ? reader : writer;
    }

    private String writerName() {
        return isForward ? "old" : "new";
    }

    private String readerName() {
        return isForward ? "new" : "old";
    }
}
