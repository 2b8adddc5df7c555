package io.dialtone.runtime.node;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the text of a setting becomes a value. Immutable, for any thread.
 *
 * @param label what stands for a value in a synopsis: {@code HOST:PORT}
 * @param expected what a value looks like, in words
 * @param reader reads one value
 * @param list whether there may be several values, and {@code T} is a list
 * @param choices the words that are possible, if these are all
 */
record SettingType<T>(String label, String expected, Reader<T> reader, boolean list, List<String> choices) {

    /** Reads one value. */
    @FunctionalInterface
    interface Reader<T> {
        T read(String text) throws WrongValueException;
    }

    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})\\s*(ns|us|ms|s|m|min|h)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*([kKmMgG]?)(i?[bB])?");

    static <T> SettingType<T> of(final String label, final String expected, final Reader<T> reader) {
        return new SettingType<>(label, expected, reader, false, List.of());
    }

    /** Several values of one type, divided by commas or given one by one. */
    static <T> SettingType<List<T>> listOf(final SettingType<T> type) {
        return new SettingType<>(
                type.label,
                type.expected,
                text -> {
                    final List<T> values = new ArrayList<>();
                    for (final String part : text.split(",", -1)) {
                        values.add(type.reader.read(part.trim()));
                    }
                    return List.copyOf(values);
                },
                true,
                type.choices);
    }

    /** A type that another room reads, and that says by an {@link IllegalArgumentException} that it cannot. */
    static <T> SettingType<T> readBy(
            final String label, final String expected, final Function<String, T> parser, final List<String> choices) {
        return new SettingType<>(
                label,
                expected,
                text -> {
                    try {
                        return parser.apply(text);
                    } catch (IllegalArgumentException e) {
                        throw new WrongValueException(expected);
                    }
                },
                false,
                choices);
    }

    static SettingType<String> text(final String label, final String expected) {
        return of(label, expected, text -> {
            if (text.isBlank()) {
                throw new WrongValueException(expected);
            }
            return text;
        });
    }

    static SettingType<Boolean> yesOrNo() {
        return new SettingType<>(
                "true|false",
                "true or false",
                text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "true", "yes", "on" -> true;
                    case "false", "no", "off" -> false;
                    default -> throw new WrongValueException("true or false");
                },
                false,
                List.of("true", "false"));
    }

    static SettingType<Integer> wholeNumber(final int min, final int max) {
        final String expected = "a whole number from " + min + " to " + max;
        return of("N", expected, text -> {
            try {
                final int value = Integer.parseInt(text);
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new WrongValueException(expected);
        });
    }

    static SettingType<Integer> powerOfTwo(final int min, final int max) {
        final String expected = "a power of two from " + min + " to " + max;
        return of("N", expected, text -> {
            try {
                final int value = Integer.parseInt(text);
                if (value >= min && value <= max && Integer.bitCount(value) == 1) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new WrongValueException(expected);
        });
    }

    /** A time with its unit, as nanoseconds. */
    static SettingType<Long> duration(final String min, final String max) {
        final String expected = "a time from " + min + " to " + max + ", with its unit: us, ms, s, m or h";
        final long minNs = durationNs(min);
        final long maxNs = durationNs(max);
        return of("TIME", expected, text -> {
            final long value = durationNs(text);
            if (value >= minNs && value <= maxNs) {
                return value;
            }
            throw new WrongValueException(expected);
        });
    }

    /** Nanoseconds of {@code 500ms}; -1 if it is no such text. */
    static long durationNs(final String text) {
        final Matcher matcher = DURATION.matcher(text.trim());
        if (!matcher.matches()) {
            return "0".equals(text.trim()) ? 0 : -1;
        }
        final long unitNs = switch (matcher.group(2)) {
            case "ns" -> 1;
            case "us" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000L;
            case "m", "min" -> 60_000_000_000L;
            default -> 3_600_000_000_000L;
        };
        final long count = Long.parseLong(matcher.group(1));
        return count > Long.MAX_VALUE / unitNs ? -1 : count * unitNs;
    }

    /** A number of bytes, with k, m or g for 1024 of the next smaller. */
    static SettingType<Integer> size(final String min, final String max) {
        final String expected = "a size from " + min + " to " + max + ", with its unit: none for bytes, k or m";
        final long minBytes = sizeBytes(min);
        final long maxBytes = sizeBytes(max);
        return of("SIZE", expected, text -> {
            final long value = sizeBytes(text);
            if (value >= minBytes && value <= maxBytes) {
                return (int) value;
            }
            throw new WrongValueException(expected);
        });
    }

    /** A number of bytes that may be more than 2 GiB, with k, m or g for 1024 of the next smaller. */
    static SettingType<Long> bytes(final String min, final String max) {
        final String expected = "a size from " + min + " to " + max + ", with its unit: none for bytes, k, m or g";
        final long minBytes = sizeBytes(min);
        final long maxBytes = sizeBytes(max);
        return of("SIZE", expected, text -> {
            final long value = sizeBytes(text);
            if (value >= minBytes && value <= maxBytes) {
                return value;
            }
            throw new WrongValueException(expected);
        });
    }

    private static long sizeBytes(final String text) {
        final Matcher matcher = SIZE.matcher(text.trim());
        if (!matcher.matches()) {
            return -1;
        }
        final int shift = switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            default -> 0;
        };
        return Long.parseLong(matcher.group(1)) << shift;
    }

    /** One of an enum's constants, written in lower case with hyphens. */
    static <E extends Enum<E>> SettingType<E> oneOf(final Class<E> type) {
        final Function<E, String> name =
                value -> value.name().toLowerCase(Locale.ROOT).replace('_', '-');
        final List<String> names =
                Arrays.stream(type.getEnumConstants()).map(name).toList();
        final String expected = "one of " + String.join(", ", names);
        return new SettingType<>(
                String.join("|", names),
                expected,
                text -> {
                    for (final E constant : type.getEnumConstants()) {
                        if (name.apply(constant).equalsIgnoreCase(text)) {
                            return constant;
                        }
                    }
                    throw new WrongValueException(expected);
                },
                false,
                names);
    }

    static SettingType<Path> file() {
        return of("FILE", "the name of a file", text -> {
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new WrongValueException("the name of a file; " + e.getReason());
            }
        });
    }

    static SettingType<Endpoint> endpoint(final String label) {
        return of(label, "HOST:PORT, an IPv6 address in brackets", Endpoint::parse);
    }
}
