package io.dialtone.state.codec;

import java.util.BitSet;
import java.util.Calendar;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a developer may have meant by a type that cannot be kept. */
final class Advice {
    private static final Map<Class<?>, String> BY_CLASS = Map.of(
            Object.class, "a record, or a sealed interface of records",
            Date.class, "an Instant",
            Calendar.class, "an Instant",
            AtomicInteger.class, "an int",
            AtomicLong.class, "a long",
            LongAdder.class, "a long",
            AtomicBoolean.class, "a boolean",
            BitSet.class, "a long[]",
            Thread.class, "Session.startTimer");

    private Advice() {}

    static String insteadOf(final Class<?> type) {
        final String exact = BY_CLASS.get(type);
        if (exact != null) {
            return exact;
        }
        if (type.isArray()) {
            return "a List";
        }
        if (Map.class.isAssignableFrom(type)) {
            return "a Map";
        }
        if (Set.class.isAssignableFrom(type)) {
            return "a Set";
        }
        if (List.class.isAssignableFrom(type) || Collection.class.isAssignableFrom(type)) {
            return "a List";
        }
        if (type.getPackageName().equals("java.time")) {
            return "an Instant";
        }
        if (type.getName().startsWith("java.")) {
            return "a String";
        }
        return type.isInterface() ? "a sealed interface of records" : "a record";
    }
}
