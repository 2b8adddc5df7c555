package io.dialtone.diameter.dictionary;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes the lines of dictionary files apart and, when all have been read, puts names and numbers together. Used at the start only, by one thread, once.
 *
 * <p>A line is a statement; which words it has, docs/reference/diameter-dictionary.md says. Files may speak of what others define, before or after: names are looked up in
 * {@link #build()}.
 */
final class DictionaryBuilder {
    private static final int LINES_MAX = 100_000;
    private static final int LINE_CHARS_MAX = 1000;
    private static final int NAME_CHARS_MAX = 100;
    private static final Pattern WORD = Pattern.compile("\\S+");

    private static final List<String> STATEMENTS =
            List.of("vendor", "application", "uses", "command", "result", "avp", "extend", "value");

    /** One line without its comment. */
    private record Line(DictionaryPlace place, List<String> words) {
        int size() {
            return words.size();
        }

        String word(final int index) {
            return words.get(index);
        }
    }

    /** A name and where somebody wrote it. */
    private record Mention(String word, DictionaryPlace place) {}

    private record MemberDraft(Mention avp, int least, int most) {}

    /** An AVP, or what a file adds to one, as it is written. */
    private record AvpDraft(Line line, List<EnumeratedValue> values, List<MemberDraft> members) {
        AvpDraft(final Line line) {
            this(line, new ArrayList<>(), new ArrayList<>());
        }
    }

    /** An application, or what a file adds to one, as it is written. */
    private record ApplicationDraft(Line line, List<Mention> commands) {
        ApplicationDraft(final Line line) {
            this(line, new ArrayList<>());
        }
    }

    private final List<String> files = new ArrayList<>();
    private final Map<String, VendorDefinition> vendors = new LinkedHashMap<>();
    private final Map<Integer, VendorDefinition> vendorsById = new HashMap<>();
    private final Map<Integer, CommandDefinition> commands = new LinkedHashMap<>();
    private final Map<String, CommandDefinition> commandsByName = new HashMap<>();
    private final List<Line> resultLines = new ArrayList<>();
    private final List<AvpDraft> avps = new ArrayList<>();
    private final List<AvpDraft> avpExtensions = new ArrayList<>();
    private final List<ApplicationDraft> applications = new ArrayList<>();
    private final List<ApplicationDraft> applicationExtensions = new ArrayList<>();

    private @Nullable AvpDraft openAvp;
    private @Nullable ApplicationDraft openApplication;

    /** Reads the lines of a file. */
    void read(final String file, final List<String> lines) {
        if (lines.size() > LINES_MAX) {
            throw new DictionaryFault(new DictionaryPlace(file, 0), "too long", "at most " + LINES_MAX + " lines");
        }
        files.add(file);
        close();
        for (int i = 0; i < lines.size(); i++) {
            final DictionaryPlace place = new DictionaryPlace(file, i + 1);
            if (lines.get(i).length() > LINE_CHARS_MAX) {
                throw new DictionaryFault(place, "a long line", "at most " + LINE_CHARS_MAX + " characters");
            }
            final Line line = new Line(place, words(lines.get(i)));
            if (line.size() > 0) {
                readLine(line);
            }
        }
    }

    private static List<String> words(final String text) {
        final int comment = text.indexOf('#');
        final String statement = comment < 0 ? text : text.substring(0, comment);
        return WORD.matcher(statement).results().map(MatchResult::group).toList();
    }

    private void readLine(final Line line) {
        switch (line.word(0)) {
            case "vendor" -> readVendor(line);
            case "application" -> readApplication(line);
            case "uses" -> readUses(line);
            case "command" -> readCommand(line);
            case "result" -> {
                close();
                expectWords(line, 3, 3, "result [VENDOR:]CODE NAME");
                resultLines.add(line);
            }
            case "avp" -> {
                close();
                expectWords(line, 4, 6, "avp [VENDOR:]CODE NAME TYPE [M|-M] [P|-P]");
                openAvp = new AvpDraft(line);
                avps.add(openAvp);
            }
            case "extend" -> readExtend(line);
            case "value" -> readValues(line);
            default -> {
                if (!isBracket(line.word(0))) {
                    throw new DictionaryFault(
                            line.place(),
                            line.word(0) + ": no such statement",
                            "one of " + String.join(", ", STATEMENTS) + ", or { MEMBER } or [ MEMBER ]",
                            Meant.among(STATEMENTS, line.word(0)));
                }
                readMembers(line);
            }
        }
    }

    private void close() {
        openAvp = null;
        openApplication = null;
    }

    private void readVendor(final Line line) {
        close();
        expectWords(line, 3, 3, "vendor NUMBER NAME");
        final int id = number(line, line.word(1), "the vendor's number");
        final VendorDefinition vendor = new VendorDefinition(id, name(line, line.word(2)), line.place());
        refuseClash(line, "vendor " + line.word(1), vendorsById.putIfAbsent(id, vendor));
        refuseClash(line, "vendor " + vendor.name(), vendors.putIfAbsent(vendor.name(), vendor));
    }

    private void readApplication(final Line line) {
        close();
        expectWords(line, 3, 4, "application ID NAME [VENDOR]");
        openApplication = new ApplicationDraft(line);
        applications.add(openApplication);
    }

    private void readUses(final Line line) {
        if (openApplication == null) {
            throw new DictionaryFault(line.place(), "uses stands alone", "an application before it");
        }
        for (final String word : line.words().subList(1, line.size())) {
            openApplication.commands().add(new Mention(word, line.place()));
        }
    }

    private void readCommand(final Line line) {
        close();
        expectWords(line, 5, 5, "command CODE NAME REQUEST ANSWER");
        final int code = number(line, line.word(1), "the command's code");
        final CommandDefinition command = new CommandDefinition(
                code, name(line, line.word(2)), name(line, line.word(3)), name(line, line.word(4)), line.place());
        refuseClash(line, "command " + line.word(1), commands.putIfAbsent(code, command));
        refuseClash(line, "command " + command.name(), commandsByName.putIfAbsent(command.name(), command));
    }

    private void readExtend(final Line line) {
        close();
        expectWords(line, 3, 3, "extend avp NAME, or extend application NAME");
        switch (line.word(1)) {
            case "avp" -> {
                openAvp = new AvpDraft(line);
                avpExtensions.add(openAvp);
            }
            case "application" -> {
                openApplication = new ApplicationDraft(line);
                applicationExtensions.add(openApplication);
            }
            default ->
                throw new DictionaryFault(line.place(), line.word(1) + " cannot be extended", "avp or application");
        }
    }

    private void readValues(final Line line) {
        if (openAvp == null) {
            throw new DictionaryFault(line.place(), "a value stands alone", "an avp before it");
        }
        if (line.size() == 1 || line.size() % 2 == 0) {
            throw new DictionaryFault(
                    line.place(), "a number or a name is missing", "value NUMBER NAME [NUMBER NAME ...]");
        }
        for (int i = 1; i < line.size(); i += 2) {
            final long value = Numbers.any32(line.word(i));
            if (value == Numbers.NULL_NUMBER) {
                throw new DictionaryFault(
                        line.place(), line.word(i) + " is no number", "a decimal number of 32 bits before its name");
            }
            openAvp.values().add(new EnumeratedValue((int) value, valueName(line, line.word(i + 1)), line.place()));
        }
    }

    private static boolean isBracket(final String word) {
        return word.endsWith("{") || word.endsWith("[");
    }

    private void readMembers(final Line line) {
        if (openAvp == null) {
            throw new DictionaryFault(line.place(), "a member stands alone", "an avp of type Grouped before it");
        }
        for (int i = 0; i < line.size(); i += 3) {
            final String open = line.word(i);
            final boolean isRequired = open.endsWith("{");
            if (!isBracket(open) || i + 2 >= line.size() || !line.word(i + 2).equals(isRequired ? "}" : "]")) {
                throw new DictionaryFault(
                        line.place(),
                        open + " is no member",
                        "{ NAME } once, [ NAME ] at most once, *[ NAME ] any number, 1*{ NAME } at least once; with spaces");
            }
            openAvp.members().add(member(line, open, isRequired, line.word(i + 1)));
        }
    }

    /** RFC 6733 section 3.2: {@code [min] "*" [max]} before the bracket. */
    private static MemberDraft member(final Line line, final String open, final boolean isRequired, final String avp) {
        final Mention mention = new Mention(avp, line.place());
        final String bounds = open.substring(0, open.length() - 1);
        if (bounds.isEmpty()) {
            return new MemberDraft(mention, isRequired ? 1 : 0, 1);
        }
        final int star = bounds.indexOf('*');
        final long least = star <= 0 ? (isRequired ? 1 : 0) : Numbers.unsigned32(bounds.substring(0, star));
        final long most =
                star == bounds.length() - 1 ? AvpMember.ANY_NUMBER : Numbers.unsigned32(bounds.substring(star + 1));
        final boolean isLeastRight = isRequired ? least >= 1 : least == 0;
        if (star < 0 || !isLeastRight || most < Math.max(1, least) || most > AvpMember.ANY_NUMBER) {
            throw new DictionaryFault(
                    line.place(), open + " are no bounds", "*, MIN* or MIN*MAX before the bracket; before [ MIN is 0");
        }
        return new MemberDraft(mention, (int) least, (int) most);
    }

    /** Puts everything together that has been read. */
    Dictionary build() {
        close();
        final List<ApplicationDefinition> builtApplications = buildApplications();
        final List<ResultDefinition> results = buildResults();
        return new Dictionary(files, vendors.values(), builtApplications, commands.values(), results, buildAvps());
    }

    private List<ApplicationDefinition> buildApplications() {
        final Map<Integer, ApplicationDraft> byId = new HashMap<>();
        final Map<String, ApplicationDraft> byName = new LinkedHashMap<>();
        for (final ApplicationDraft draft : applications) {
            final Line line = draft.line();
            final int id = number(line, line.word(1), "the application's id");
            refuseClash(line, "application " + line.word(1), place(byId.putIfAbsent(id, draft)));
            final String name = name(line, line.word(2));
            refuseClash(line, "application " + name, place(byName.putIfAbsent(name, draft)));
        }
        for (final ApplicationDraft extension : applicationExtensions) {
            final String name = extension.line().word(2);
            final ApplicationDraft extended = byName.get(name);
            if (extended == null) {
                throw new DictionaryFault(
                        extension.line().place(),
                        name + ": no such application",
                        "the name of one that a file defines",
                        Meant.among(byName.keySet(), name));
            }
            extended.commands().addAll(extension.commands());
        }
        final List<ApplicationDefinition> built = new ArrayList<>();
        for (final ApplicationDraft draft : applications) {
            final Line line = draft.line();
            built.add(new ApplicationDefinition(
                    number(line, line.word(1), "the application's id"),
                    line.word(2),
                    line.size() > 3 ? vendor(line.place(), line.word(3)).id() : 0,
                    draft.commands().stream().map(this::command).distinct().toList(),
                    line.place()));
        }
        return built;
    }

    private static @Nullable DictionaryPlace place(final @Nullable ApplicationDraft draft) {
        return draft == null ? null : draft.line().place();
    }

    private CommandDefinition command(final Mention mention) {
        final CommandDefinition command = commandsByName.get(mention.word());
        if (command == null) {
            throw new DictionaryFault(
                    mention.place(),
                    mention.word() + ": no such command",
                    "the name of one that a file defines",
                    Meant.among(new TreeSet<>(commandsByName.keySet()), mention.word()));
        }
        return command;
    }

    private List<ResultDefinition> buildResults() {
        final Map<Long, ResultDefinition> built = new LinkedHashMap<>();
        for (final Line line : resultLines) {
            final int vendorId = vendorBefore(line, line.word(1));
            final int code = number(line, afterVendor(line.word(1)), "the result's code");
            final ResultDefinition result =
                    new ResultDefinition(vendorId, code, name(line, line.word(2)), line.place());
            final ResultDefinition other = built.putIfAbsent(Dictionary.key(vendorId, code), result);
            refuseClash(line, "result " + line.word(1), other == null ? null : other.place());
        }
        return List.copyOf(built.values());
    }

    private List<AvpDefinition> buildAvps() {
        final Map<Long, AvpDraft> byCode = new LinkedHashMap<>();
        final Map<String, List<AvpDraft>> byName = new HashMap<>();
        for (final AvpDraft draft : avps) {
            final Line line = draft.line();
            final int vendorId = vendorBefore(line, line.word(1));
            final int code = number(line, afterVendor(line.word(1)), "the AVP's code");
            final AvpDraft sameCode = byCode.putIfAbsent(Dictionary.key(vendorId, code), draft);
            refuseClash(
                    line,
                    "avp " + line.word(1),
                    sameCode == null ? null : sameCode.line().place());
            final List<AvpDraft> named = byName.computeIfAbsent(name(line, line.word(2)), name -> new ArrayList<>());
            for (final AvpDraft other : named) {
                if (vendorBefore(other.line(), other.line().word(1)) == vendorId) {
                    refuseClash(line, "avp " + line.word(2), other.line().place());
                }
            }
            named.add(draft);
        }
        for (final AvpDraft extension : avpExtensions) {
            final Line line = extension.line();
            final AvpDraft extended = avp(new Mention(line.word(2), line.place()), byCode, byName);
            extended.values().addAll(extension.values());
            extended.members().addAll(extension.members());
        }
        final List<AvpDefinition> built = new ArrayList<>();
        for (final AvpDraft draft : avps) {
            built.add(buildAvp(draft, byCode, byName));
        }
        return built;
    }

    private AvpDefinition buildAvp(
            final AvpDraft draft, final Map<Long, AvpDraft> byCode, final Map<String, List<AvpDraft>> byName) {
        final Line line = draft.line();
        final int vendorId = vendorBefore(line, line.word(1));
        final AvpType type = type(line, line.word(3));
        FlagRule mandatory = FlagRule.MAY;
        FlagRule protection = FlagRule.MAY;
        for (final String flag : line.words().subList(4, line.size())) {
            switch (flag) {
                case "M" -> mandatory = FlagRule.MUST;
                case "-M" -> mandatory = FlagRule.MUST_NOT;
                case "P" -> protection = FlagRule.MUST;
                case "-P" -> protection = FlagRule.MUST_NOT;
                default ->
                    throw new DictionaryFault(
                            line.place(),
                            flag + " says nothing of a flag",
                            "M or -M, P or -P; V follows from the vendor");
            }
        }
        return new AvpDefinition(
                line.word(2),
                vendorId,
                number(line, afterVendor(line.word(1)), "the AVP's code"),
                type,
                new AvpFlagRules(vendorId == 0 ? FlagRule.MUST_NOT : FlagRule.MUST, mandatory, protection),
                buildValues(draft, type),
                buildMembers(draft, type, byCode, byName),
                line.place());
    }

    private static List<EnumeratedValue> buildValues(final AvpDraft draft, final AvpType type) {
        final Map<Integer, EnumeratedValue> byNumber = new HashMap<>();
        final Map<String, EnumeratedValue> byName = new HashMap<>();
        for (final EnumeratedValue value : draft.values()) {
            if (type != AvpType.ENUMERATED && type != AvpType.UNSIGNED_32 && type != AvpType.INTEGER_32) {
                throw new DictionaryFault(
                        value.place(),
                        draft.line().word(2) + " is of type " + type.specName() + " and has no named values",
                        "values of an AVP of type Enumerated, Unsigned32 or Integer32");
            }
            final EnumeratedValue sameNumber = byNumber.putIfAbsent(value.value(), value);
            refuseClash(value.place(), "value " + value.value(), sameNumber == null ? null : sameNumber.place());
            final EnumeratedValue sameName = byName.putIfAbsent(value.name(), value);
            refuseClash(value.place(), "value " + value.name(), sameName == null ? null : sameName.place());
        }
        return draft.values().stream()
                .sorted((one, other) -> Integer.compare(one.value(), other.value()))
                .toList();
    }

    private List<AvpMember> buildMembers(
            final AvpDraft draft,
            final AvpType type,
            final Map<Long, AvpDraft> byCode,
            final Map<String, List<AvpDraft>> byName) {
        final List<AvpMember> members = new ArrayList<>();
        final Set<Long> seen = new HashSet<>();
        for (final MemberDraft member : draft.members()) {
            if (type != AvpType.GROUPED) {
                throw new DictionaryFault(
                        member.avp().place(),
                        draft.line().word(2) + " is of type " + type.specName() + " and has no members",
                        "members of an AVP of type Grouped");
            }
            final Line line = avp(member.avp(), byCode, byName).line();
            final int vendorId = vendorBefore(line, line.word(1));
            final int code = number(line, afterVendor(line.word(1)), "the AVP's code");
            if (!seen.add(Dictionary.key(vendorId, code))) {
                throw new DictionaryFault(
                        member.avp().place(), member.avp().word() + " is a member already", "each member once");
            }
            members.add(new AvpMember(line.word(2), vendorId, code, member.least(), member.most()));
        }
        return members;
    }

    /** The AVP that a line speaks of, as {@link Dictionary#avp(String)} finds it later. */
    private AvpDraft avp(
            final Mention mention, final Map<Long, AvpDraft> byCode, final Map<String, List<AvpDraft>> byName) {
        final String word = afterVendor(mention.word());
        final boolean hasVendor = mention.word().length() > word.length();
        final int vendorId = hasVendor
                ? vendor(
                                mention.place(),
                                mention.word().substring(0, mention.word().length() - word.length() - 1))
                        .id()
                : 0;
        final long code = Numbers.unsigned32(word);
        final List<AvpDraft> named = byName.getOrDefault(word, List.of());
        final Optional<AvpDraft> found = code >= 0
                ? Optional.ofNullable(byCode.get(Dictionary.key(vendorId, (int) code)))
                : !hasVendor && named.size() == 1
                        ? Optional.of(named.getFirst())
                        : named.stream()
                                .filter(draft ->
                                        vendorBefore(draft.line(), draft.line().word(1)) == vendorId)
                                .findFirst();
        return found.orElseThrow(() -> named.isEmpty() || hasVendor
                ? new DictionaryFault(
                        mention.place(),
                        mention.word() + ": no such AVP",
                        "the name of one that a file defines",
                        Meant.among(new TreeSet<>(byName.keySet()), word))
                : new DictionaryFault(
                        mention.place(), mention.word() + ": which one?", "VENDOR:NAME, as several vendors have it"));
    }

    private VendorDefinition vendor(final DictionaryPlace place, final String name) {
        final VendorDefinition vendor = vendors.get(name);
        if (vendor == null) {
            throw new DictionaryFault(
                    place,
                    name + ": no such vendor",
                    "the name of one that a file defines",
                    Meant.among(vendors.keySet(), name));
        }
        return vendor;
    }

    private int vendorBefore(final Line line, final String word) {
        final int colon = word.indexOf(':');
        return colon < 0 ? 0 : vendor(line.place(), word.substring(0, colon)).id();
    }

    private static String afterVendor(final String word) {
        return word.substring(word.indexOf(':') + 1);
    }

    private static AvpType type(final Line line, final String word) {
        return AvpType.of(word).orElseThrow(() -> {
            final List<String> names =
                    Arrays.stream(AvpType.values()).map(AvpType::specName).toList();
            return new DictionaryFault(
                    line.place(),
                    word + ": no such type",
                    "one of " + String.join(", ", names),
                    Meant.among(names, word));
        });
    }

    private static void expectWords(final Line line, final int least, final int most, final String form) {
        if (line.size() < least || line.size() > most) {
            throw new DictionaryFault(
                    line.place(), line.word(0) + " with " + (line.size() - 1) + " words after it", form);
        }
    }

    private static int number(final Line line, final String word, final String what) {
        final long number = Numbers.unsigned32(word);
        if (number < 0) {
            throw new DictionaryFault(line.place(), word + " is no number", what + ", 0 to 4294967295");
        }
        return (int) number;
    }

    private static String name(final Line line, final String word) {
        return name(line, word, "-_.");
    }

    /** Some have characters that a path could not have. */
    private static String valueName(final Line line, final String word) {
        return name(line, word, "-_./+");
    }

    private static String name(final Line line, final String word, final String marks) {
        final boolean isName = word.length() <= NAME_CHARS_MAX
                && word.chars().allMatch(c -> isLetterOrDigit(c) || marks.indexOf(c) >= 0)
                && word.chars().anyMatch(c -> c < '0' || c > '9');
        if (!isName) {
            throw new DictionaryFault(
                    line.place(),
                    word + " is no name",
                    "letters, digits and " + marks + ", at most " + NAME_CHARS_MAX + ", and not digits alone");
        }
        return word;
    }

    private static boolean isLetterOrDigit(final int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static void refuseClash(final Line line, final String what, final @Nullable VendorDefinition other) {
        refuseClash(line.place(), what, other == null ? null : other.place());
    }

    private static void refuseClash(final Line line, final String what, final @Nullable CommandDefinition other) {
        refuseClash(line.place(), what, other == null ? null : other.place());
    }

    private static void refuseClash(final Line line, final String what, final @Nullable DictionaryPlace other) {
        refuseClash(line.place(), what, other);
    }

    private static void refuseClash(
            final DictionaryPlace place, final String what, final @Nullable DictionaryPlace other) {
        if (other != null) {
            throw new DictionaryFault(place, what + " is there already, at " + other, "each once; extend adds to one");
        }
    }
}
