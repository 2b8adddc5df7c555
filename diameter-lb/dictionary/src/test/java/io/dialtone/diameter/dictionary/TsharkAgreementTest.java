package io.dialtone.diameter.dictionary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Our files against what another implementation has read out of the same specifications: for each of our AVPs tshark is asked what it calls the code, of what type it is, and what its values
 * are called. Where the two differ and we hold to ours, tshark-differences.txt says why.
 */
class TsharkAgreementTest {
    private static final long SECONDS_MAX = 60;
    private static final Pattern CODE = Pattern.compile("(?:vendor=(\\d+) )?code=(\\d+)");
    private static final Pattern MARKS = Pattern.compile("[^A-Za-z0-9]");
    private static final int TAB_FIELDS = 4;

    /** An AVP as tshark has it. */
    private record Field(String name, String abbreviation, String type) {}

    @Test
    void shouldCallCodesAndValuesWhatTsharkCallsThem() throws IOException, InterruptedException {
        final Optional<List<String>> fieldLines = tshark("fields");
        assumeTrue(fieldLines.isPresent(), "SKIPPED: no tshark here");
        final Map<Long, Field> fields = fields(fieldLines.orElseThrow());
        assumeTrue(fields.size() > 1000, "SKIPPED: this tshark does not name the codes of its fields");
        final Map<String, Map<Integer, String>> values = values(tshark("values").orElseThrow());
        final Dictionary dictionary = Dictionary.standard();

        final Set<String> differences = new TreeSet<>();
        for (final AvpDefinition avp : dictionary.avps()) {
            final Field field = fields.get(Dictionary.key(avp.vendorId(), avp.code()));
            final String ours = dictionary.vendor(avp.vendorId()).name() + ":" + avp.code() + " " + avp.name();
            if (field == null) {
                differences.add(ours + " is not there");
                continue;
            }
            if (!isSame(field.name(), avp.name())) {
                differences.add(ours + " is " + field.name());
            }
            if (!typesOf(avp.type()).contains(field.type())) {
                differences.add(ours + " is of type " + field.type());
            }
            final Map<Integer, String> named = values.getOrDefault(field.abbreviation(), Map.of());
            for (final EnumeratedValue value : avp.values()) {
                final String theirs = named.get(value.value());
                if (theirs == null || !isSame(theirs, value.name())) {
                    differences.add(ours + " " + value.value() + " " + value.name() + " is "
                            + (theirs == null ? "not there" : theirs));
                }
            }
        }
        compareResults(dictionary, values, differences);

        final Set<String> known = knownDifferences();
        final Set<String> unexpected = new TreeSet<>(differences);
        unexpected.removeAll(known);
        assertEquals("", String.join("\n", unexpected));
    }

    private static void compareResults(
            final Dictionary dictionary,
            final Map<String, Map<Integer, String>> values,
            final Set<String> differences) {
        for (final ResultDefinition result : dictionary.results()) {
            final String field = result.vendorId() == 0 ? "Result-Code" : "Experimental-Result-Code";
            final String theirs =
                    values.getOrDefault("diameter." + field, Map.of()).get(result.code());
            if (theirs == null || !isSame(theirs, result.name())) {
                differences.add("result " + result.code() + " " + result.name() + " is "
                        + (theirs == null ? "not there" : theirs));
            }
        }
    }

    /** They write names of values with spaces and in any case. */
    private static boolean isSame(final String one, final String other) {
        return plain(one).equals(plain(other));
    }

    private static String plain(final String name) {
        return MARKS.matcher(name).replaceAll("").toLowerCase(Locale.ROOT);
    }

    private static List<String> typesOf(final AvpType type) {
        return switch (type) {
            case OCTET_STRING, GROUPED, ADDRESS -> List.of("FT_BYTES");
            case INTEGER_32, ENUMERATED -> List.of("FT_INT32");
            // It has them as Enumerated where it knows values.
            case UNSIGNED_32 -> List.of("FT_UINT32", "FT_INT32");
            case INTEGER_64 -> List.of("FT_INT64");
            case UNSIGNED_64 -> List.of("FT_UINT64");
            case FLOAT_32 -> List.of("FT_FLOAT");
            case FLOAT_64 -> List.of("FT_DOUBLE");
            case TIME -> List.of("FT_ABSOLUTE_TIME");
            case UTF8_STRING, DIAMETER_IDENTITY, DIAMETER_URI, IP_FILTER_RULE, QOS_FILTER_RULE -> List.of("FT_STRING");
        };
    }

    /** Lines "F, name, abbreviation, type, protocol, ..., vendor=V code=C" with tabs between. */
    private static Map<Long, Field> fields(final List<String> lines) {
        final Map<Long, Field> fields = new HashMap<>();
        for (final String line : lines) {
            final List<String> words =
                    List.of(Pattern.compile("\t").splitAsStream(line).toArray(String[]::new));
            if (words.size() > TAB_FIELDS && words.get(2).startsWith("diameter.")) {
                final Matcher code = CODE.matcher(words.getLast());
                if (code.matches()) {
                    final int vendorId = code.group(1) == null ? 0 : Integer.parseInt(code.group(1));
                    final long key = Dictionary.key(vendorId, (int) Long.parseLong(code.group(2)));
                    fields.put(key, new Field(words.get(1), words.get(2), words.get(3)));
                }
            }
        }
        return fields;
    }

    /** Lines "V, abbreviation of the field, number, name" with tabs between. */
    private static Map<String, Map<Integer, String>> values(final List<String> lines) {
        final Map<String, Map<Integer, String>> values = new HashMap<>();
        for (final String line : lines) {
            final List<String> words =
                    List.of(Pattern.compile("\t").splitAsStream(line).toArray(String[]::new));
            if (words.size() >= TAB_FIELDS
                    && words.get(0).equals("V")
                    && words.get(1).startsWith("diameter.")) {
                values.computeIfAbsent(words.get(1), field -> new HashMap<>())
                        .put(Long.decode(words.get(2)).intValue(), words.get(3));
            }
        }
        return values;
    }

    private static Optional<List<String>> tshark(final String what) throws IOException, InterruptedException {
        final Process process;
        try {
            process = new ProcessBuilder("tshark", "-G", what)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (final IOException e) {
            return Optional.empty();
        }
        final List<String> lines = new ArrayList<>();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            reader.lines().filter(line -> line.contains("diameter")).forEach(lines::add);
        }
        return process.waitFor(SECONDS_MAX, TimeUnit.SECONDS) && process.exitValue() == 0
                ? Optional.of(lines)
                : Optional.empty();
    }

    /** Lines as they are put together above; what follows # says why. */
    private static Set<String> knownDifferences() throws IOException {
        final Set<String> known = new TreeSet<>();
        try (InputStream stream = TsharkAgreementTest.class.getResourceAsStream("tshark-differences.txt")) {
            if (stream == null) {
                throw new AssertionError("tshark-differences.txt is not there");
            }
            for (final String line : new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                final int comment = line.indexOf('#');
                final String difference = (comment < 0 ? line : line.substring(0, comment)).strip();
                if (!difference.isEmpty()) {
                    known.add(difference);
                }
            }
        }
        return known;
    }
}
