package io.dialtone.diameter.dictionary;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * What the codes of Diameter mean: AVPs, commands, applications, vendors and results, for whoever prints messages or compiles rules on them. Immutable, and safe to share between
 * threads; looking up a code allocates nothing.
 *
 * <p>What is not there is answered with an {@code UNKNOWN} of its kind when asked for by code, and with nothing when asked for by name.
 */
public final class Dictionary {
    private final Long2ObjectHashMap<AvpDefinition> avps = new Long2ObjectHashMap<>();
    private final Map<String, List<AvpDefinition>> avpsByName = new HashMap<>();
    private final Int2ObjectHashMap<CommandDefinition> commands = new Int2ObjectHashMap<>();
    private final Map<String, CommandDefinition> commandsByName = new HashMap<>();
    private final Int2ObjectHashMap<ApplicationDefinition> applications = new Int2ObjectHashMap<>();
    private final Map<String, ApplicationDefinition> applicationsByName = new LinkedHashMap<>();
    private final Int2ObjectHashMap<VendorDefinition> vendors = new Int2ObjectHashMap<>();
    private final Map<String, VendorDefinition> vendorsByName = new LinkedHashMap<>();
    private final Long2ObjectHashMap<ResultDefinition> results = new Long2ObjectHashMap<>();
    private final List<String> files;

    /** What {@link DictionaryBuilder} has checked: no two of anything. */
    Dictionary(
            final List<String> files,
            final Iterable<VendorDefinition> vendors,
            final Iterable<ApplicationDefinition> applications,
            final Iterable<CommandDefinition> commands,
            final Iterable<ResultDefinition> results,
            final Iterable<AvpDefinition> avps) {
        this.files = List.copyOf(files);
        for (final VendorDefinition vendor : vendors) {
            this.vendors.put(vendor.id(), vendor);
            this.vendorsByName.put(vendor.name(), vendor);
        }
        for (final ApplicationDefinition application : applications) {
            this.applications.put(application.id(), application);
            this.applicationsByName.put(application.name(), application);
        }
        for (final CommandDefinition command : commands) {
            this.commands.put(command.code(), command);
            commandsByName.put(command.name(), command);
        }
        for (final ResultDefinition result : results) {
            this.results.put(key(result.vendorId(), result.code()), result);
        }
        for (final AvpDefinition avp : avps) {
            this.avps.put(key(avp.vendorId(), avp.code()), avp);
            avpsByName.computeIfAbsent(avp.name(), name -> new ArrayList<>()).add(avp);
        }
    }

    /** Our own files only: RFCs and 3GPP specifications. */
    public static Dictionary standard() {
        return load(List.of());
    }

    /**
     * Our own files and an operator's.
     *
     * @param more files, or directories of which all files that end with {@code .dict} are read, by name
     * @throws DictionaryFault if one cannot be read, is wrong, or says what another says already
     */
    public static Dictionary load(final List<Path> more) {
        final DictionaryBuilder builder = new DictionaryBuilder();
        DictionaryFiles.readOwn(builder);
        DictionaryFiles.read(more, builder);
        return builder.build();
    }

    /** The AVP with a code, which is unsigned, of a vendor, which is 0 for those of the IETF; else {@link AvpDefinition#UNKNOWN}. */
    public AvpDefinition avp(final int vendorId, final int code) {
        final AvpDefinition avp = avps.get(key(vendorId, code));
        return avp == null ? AvpDefinition.UNKNOWN : avp;
    }

    /**
     * The AVP that somebody writes as {@code NAME}, {@code CODE}, {@code VENDOR:NAME} or {@code VENDOR:CODE}. A name or code without vendor is the IETF's if it has one; else a name
     * is that of the only vendor that has one.
     */
    public Optional<AvpDefinition> avp(final String written) {
        final int colon = written.indexOf(':');
        final String word = written.substring(colon + 1);
        final long code = Numbers.unsigned32(word);
        if (colon < 0) {
            return code >= 0 ? known(avp(0, (int) code)) : avpNamed(word);
        }
        final VendorDefinition vendor = vendorsByName.get(written.substring(0, colon));
        if (vendor == null) {
            return Optional.empty();
        }
        return code >= 0
                ? known(avp(vendor.id(), (int) code))
                : avpsByName.getOrDefault(word, List.of()).stream()
                        .filter(avp -> avp.vendorId() == vendor.id())
                        .findFirst();
    }

    private Optional<AvpDefinition> avpNamed(final String name) {
        final List<AvpDefinition> named = avpsByName.getOrDefault(name, List.of());
        if (named.size() == 1) {
            return Optional.of(named.getFirst());
        }
        return named.stream().filter(avp -> avp.vendorId() == 0).findFirst();
    }

    private static Optional<AvpDefinition> known(final AvpDefinition avp) {
        return avp.isKnown() ? Optional.of(avp) : Optional.empty();
    }

    /** All AVPs with a name, of any vendor. */
    public List<AvpDefinition> avpsNamed(final String name) {
        return List.copyOf(avpsByName.getOrDefault(name, List.of()));
    }

    /** What may be meant by a name of an AVP that nobody has; empty if nothing is near. */
    public String avpMeant(final String name) {
        return Meant.among(new TreeSet<>(avpsByName.keySet()), name);
    }

    /** All AVPs, by vendor and code. */
    public List<AvpDefinition> avps() {
        return avps.values().stream()
                .sorted(Comparator.<AvpDefinition>comparingLong(avp -> key(avp.vendorId(), avp.code())))
                .toList();
    }

    /** The command with a code, else {@link CommandDefinition#UNKNOWN}. */
    public CommandDefinition command(final int code) {
        final CommandDefinition command = commands.get(code);
        return command == null ? CommandDefinition.UNKNOWN : command;
    }

    /** The command with a name, without "-Request" and "-Answer". */
    public Optional<CommandDefinition> command(final String name) {
        return Optional.ofNullable(commandsByName.get(name));
    }

    /** The commands with an abbreviation, by code: {@code PUR} is one of Sh and another of S6a. */
    public List<CommandDefinition> commandsAbbreviated(final String abbreviation) {
        return commands().stream()
                .filter(command -> command.requestAbbreviation().equals(abbreviation)
                        || command.answerAbbreviation().equals(abbreviation))
                .toList();
    }

    /** All commands, by code. */
    public List<CommandDefinition> commands() {
        return commands.values().stream()
                .sorted(Comparator.comparingInt(CommandDefinition::code))
                .toList();
    }

    /** The application with an id, which is unsigned; else {@link ApplicationDefinition#UNKNOWN}. */
    public ApplicationDefinition application(final int id) {
        final ApplicationDefinition application = applications.get(id);
        return application == null ? ApplicationDefinition.UNKNOWN : application;
    }

    public Optional<ApplicationDefinition> application(final String name) {
        return Optional.ofNullable(applicationsByName.get(name));
    }

    /** All applications, by id. */
    public List<ApplicationDefinition> applications() {
        return applications.values().stream()
                .sorted((one, other) -> Integer.compareUnsigned(one.id(), other.id()))
                .toList();
    }

    /** The vendor with a number, which is unsigned; else {@link VendorDefinition#UNKNOWN}. */
    public VendorDefinition vendor(final int id) {
        final VendorDefinition vendor = vendors.get(id);
        return vendor == null ? VendorDefinition.UNKNOWN : vendor;
    }

    public Optional<VendorDefinition> vendor(final String name) {
        return Optional.ofNullable(vendorsByName.get(name));
    }

    /** All vendors, by number. */
    public List<VendorDefinition> vendors() {
        return vendors.values().stream()
                .sorted((one, other) -> Integer.compareUnsigned(one.id(), other.id()))
                .toList();
    }

    /** A value of Result-Code (vendor 0) or of a vendor's Experimental-Result-Code, else {@link ResultDefinition#UNKNOWN}. */
    public ResultDefinition result(final int vendorId, final int code) {
        final ResultDefinition result = results.get(key(vendorId, code));
        return result == null ? ResultDefinition.UNKNOWN : result;
    }

    /** All results, by vendor and code. */
    public List<ResultDefinition> results() {
        return results.values().stream()
                .sorted(Comparator.<ResultDefinition>comparingLong(result -> key(result.vendorId(), result.code())))
                .toList();
    }

    /** The files that were read, in their order; those of our own by their names. */
    public List<String> files() {
        return files;
    }

    static long key(final int vendorId, final int code) {
        return ((long) vendorId << Integer.SIZE) | (code & 0xFFFF_FFFFL);
    }
}
