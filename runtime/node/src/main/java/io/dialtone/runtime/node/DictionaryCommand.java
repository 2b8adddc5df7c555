package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.diameter.dictionary.ApplicationDefinition;
import io.dialtone.diameter.dictionary.AvpDefinition;
import io.dialtone.diameter.dictionary.AvpMember;
import io.dialtone.diameter.dictionary.CommandDefinition;
import io.dialtone.diameter.dictionary.Dictionary;
import io.dialtone.diameter.dictionary.DictionaryFault;
import io.dialtone.diameter.dictionary.EnumeratedValue;
import io.dialtone.diameter.dictionary.ResultDefinition;
import io.dialtone.diameter.dictionary.VendorDefinition;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what a code or a name of Diameter means. Used by the main thread only. */
@Command(
        name = "dictionary",
        description = {
            "Say what a code or a name of Diameter means: AVPs, commands, applications, results, vendors.",
            "Without one, say which files are read and which applications they have."
        },
        synopsisHeading = "Usage: ",
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  dialtone dictionary",
            "  dialtone dictionary 443",
            "  dialtone dictionary TGPP:IMS-Information CCR Gx 5003",
            "  dialtone dictionary --dictionary mine.dict     whether a file of one's own is right",
            "",
            "Exit code 1: a name or code that nothing has. 78: a file is wrong. See also docs/reference/diameter-dictionary.md"
        },
        mixinStandardHelpOptions = true)
final class DictionaryCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    @Parameters(
            paramLabel = "NAME|CODE",
            description = "What to look up; an AVP of a vendor as VENDOR:NAME or VENDOR:CODE.",
            arity = "0..*")
    private List<String> words = new ArrayList<>();

    @Option(
            names = "--dictionary",
            paramLabel = "FILE",
            description = "A file, or a directory of files, that is read too. Repeatable.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--json", description = "Print the answer as JSON.")
    private boolean json;

    @Override
    public Integer call() throws WrongConfigurationException {
        final Dictionary dictionary;
        try {
            dictionary = Dictionary.load(files);
        } catch (DictionaryFault e) {
            throw new WrongConfigurationException(String.valueOf(e.getMessage()));
        }
        final ObjectNode answer = words.isEmpty() ? summary(dictionary) : found(dictionary);
        final PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(answer));
        } else if (words.isEmpty()) {
            printSummary(out, answer);
        } else {
            answer.path("found").forEach(each -> out.println(each.path("text").asText()));
        }
        for (final JsonNode missing : answer.path("unknown")) {
            final String maybe = missing.path("maybe").asText();
            spec.commandLine()
                    .getErr()
                    .println("dialtone: nothing is called "
                            + missing.path("word").asText() + (maybe.isEmpty() ? "" : ". Maybe " + maybe + "."));
        }
        return answer.path("unknown").isEmpty() ? ExitCode.OK : ExitCode.NO;
    }

    // ---- all of it

    private static ObjectNode summary(final Dictionary dictionary) {
        final ObjectNode answer = Json.object();
        final ArrayNode read = answer.putArray("files");
        dictionary.files().forEach(read::add);
        answer.put("avps", dictionary.avps().size())
                .put("commands", dictionary.commands().size())
                .put("results", dictionary.results().size());
        final ArrayNode applications = answer.putArray("applications");
        for (final ApplicationDefinition each : dictionary.applications()) {
            applications
                    .addObject()
                    .put("id", Integer.toUnsignedLong(each.id()))
                    .put("name", each.name())
                    .put("vendor", vendor(dictionary, each.vendorId()))
                    .put("commands", commands(each));
        }
        return answer;
    }

    private static void printSummary(final PrintWriter out, final ObjectNode answer) {
        final TextTable table = new TextTable("APPLICATION", "NAME", "VENDOR", "COMMANDS");
        answer.path("applications")
                .forEach(each -> table.row(
                        each.path("id").asText(),
                        each.path("name").asText(),
                        each.path("vendor").asText(),
                        each.path("commands").asText()));
        table.print(out);
        out.println();
        out.println(answer.path("avps").asText() + " AVPs, "
                + answer.path("commands").asText() + " commands, "
                + answer.path("results").asText() + " results, from:");
        answer.path("files").forEach(file -> out.println("  " + file.asText()));
    }

    // ---- some of it

    private ObjectNode found(final Dictionary dictionary) {
        final ObjectNode answer = Json.object();
        final ArrayNode found = answer.putArray("found");
        final ArrayNode unknown = answer.putArray("unknown");
        for (final String word : words) {
            final List<ObjectNode> its = lookUp(dictionary, word);
            its.forEach(found::add);
            if (its.isEmpty()) {
                unknown.addObject().put("word", word).put("maybe", dictionary.avpMeant(word));
            }
        }
        return answer;
    }

    /** Everything that has this name or code: a number can be an AVP's, a command's, an application's and a result's. */
    private static List<ObjectNode> lookUp(final Dictionary dictionary, final String word) {
        final List<ObjectNode> all = new ArrayList<>();
        Stream.concat(dictionary.avp(word).stream(), dictionary.avpsNamed(word).stream())
                .distinct()
                .forEach(avp -> all.add(entry("avp", avp(dictionary, avp))));
        for (final CommandDefinition each : dictionary.commands()) {
            if (isMeant(word, each.code(), each.name(), each.requestAbbreviation(), each.answerAbbreviation())) {
                all.add(entry(
                        "command",
                        "command " + each.code() + " " + each.name() + " (" + each.requestAbbreviation() + ", "
                                + each.answerAbbreviation() + ")"));
            }
        }
        for (final ApplicationDefinition each : dictionary.applications()) {
            if (isMeant(word, each.id(), each.name())) {
                all.add(entry(
                        "application",
                        "application " + Integer.toUnsignedString(each.id()) + " " + each.name()
                                + of(dictionary, each.vendorId()) + ": " + commands(each)));
            }
        }
        for (final ResultDefinition each : dictionary.results()) {
            if (isMeant(word, each.code(), each.name())) {
                all.add(entry("result", "result " + each.code() + " " + each.name() + of(dictionary, each.vendorId())));
            }
        }
        for (final VendorDefinition each : dictionary.vendors()) {
            if (isMeant(word, each.id(), each.name())) {
                all.add(entry("vendor", "vendor " + Integer.toUnsignedString(each.id()) + " " + each.name()));
            }
        }
        return all;
    }

    private static boolean isMeant(final String word, final int code, final String... names) {
        return word.equals(Integer.toUnsignedString(code)) || List.of(names).contains(word);
    }

    private static ObjectNode entry(final String kind, final String text) {
        return Json.object().put("kind", kind).put("text", text);
    }

    private static String avp(final Dictionary dictionary, final AvpDefinition avp) {
        final StringBuilder text = new StringBuilder("AVP " + Integer.toUnsignedString(avp.code()) + " " + avp.name()
                + of(dictionary, avp.vendorId()) + ": " + avp.type().specName() + ", M "
                + avp.flags().mandatory().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        for (final EnumeratedValue value : avp.values()) {
            text.append("\n    ").append(value.value()).append(' ').append(value.name());
        }
        for (final AvpMember member : avp.members()) {
            text.append("\n    ").append(member);
        }
        return text.toString();
    }

    private static String of(final Dictionary dictionary, final int vendorId) {
        return vendorId == 0 ? "" : " of " + vendor(dictionary, vendorId);
    }

    private static String vendor(final Dictionary dictionary, final int vendorId) {
        if (vendorId == 0) {
            return "";
        }
        final VendorDefinition vendor = dictionary.vendor(vendorId);
        return vendor.isKnown() ? vendor.name() : Integer.toUnsignedString(vendorId);
    }

    private static String commands(final ApplicationDefinition application) {
        return String.join(
                " ",
                application.commands().stream()
                        .map(CommandDefinition::requestAbbreviation)
                        .toList());
    }
}
