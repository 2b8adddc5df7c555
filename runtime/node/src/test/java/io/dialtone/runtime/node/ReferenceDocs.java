package io.dialtone.runtime.node;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Writes pages of docs/reference from the declarations that the program itself reads. */
final class ReferenceDocs {
    private static final String MADE =
            "<!-- Made by ReferenceDocsTest from the program's own declarations; do not edit. CONTRIBUTING.md says how to write it anew. -->\n\n";

    private ReferenceDocs() {}

    static String settings() {
        final StringBuilder page = new StringBuilder(MADE);
        page.append("# Settings\n\n");
        page.append(
                        "Every setting has three names. Options win over variables, variables over the file (`--config FILE`, or ")
                .append("`DIALTONE_CONFIG`), the file over defaults.\n");
        page.append(
                "All settings of a process are checked before anything starts, and all that is wrong is said at once.\n\n");
        page.append(
                        "In the file, dots divide sections: `sip.loops` is `loops:` below `sip:`. Lists are YAML lists, or words with commas;")
                .append(" options are repeated.\nTimes and sizes carry their units: `500ms`, `5s`, `4m` (bytes). ")
                .append(
                        "Names of files in a file are relative to it. One file may serve several roles: each reads what it knows.\n\n");
        page.append("Services that follow one another are a list of their own, `service.chain`: see ")
                .append("[chain services](../how-to/chain-services.md).\n\n");
        page.append("A cluster's members are a list of their own, `cluster.members`: see ")
                .append("[a cluster by hand](../how-to/a-cluster-by-hand.md).\n\n");
        for (final SettingGroup group : SettingsCatalogue.GROUPS) {
            page.append("## ").append(group.heading()).append("\n\n");
            page.append("| in the file | option | default | what |\n|---|---|---|---|\n");
            for (final Setting<?> setting : group.settings()) {
                page.append("| `").append(setting.key()).append("` | ");
                page.append(setting.flag().equals(Setting.NO_FLAG) ? "none" : "`" + setting.flag() + "`");
                page.append(" | ").append(defaultText(setting)).append(" | ");
                page.append(cell(setting)).append(" |\n");
            }
            page.append('\n');
        }
        page.append(
                        "## Names of variables\n\n`DIALTONE_`, then the key in capitals with `_` for `.` and `-`: `DIALTONE_SIP_LOOPS`, ")
                .append(
                        "`DIALTONE_SIP_LB_BACKENDS`. A variable that is nearly one of ours is a mistake and ends the start; one that is far ")
                .append("from all is left alone.\n");
        return page.toString();
    }

    private static String defaultText(final Setting<?> setting) {
        if (setting.defaultText() != null) {
            return "`" + setting.defaultText() + "`";
        }
        return setting.required() ? "needed" : "";
    }

    private static String cell(final Setting<?> setting) {
        final StringBuilder text = new StringBuilder(setting.sentence());
        text.append(". *").append(setting.type().expected()).append("*");
        if (!setting.reference().isEmpty()) {
            text.append(" (").append(setting.reference()).append(')');
        }
        return text.toString().replace("|", "\\|");
    }

    static String commandLine() {
        final StringBuilder page = new StringBuilder(MADE);
        page.append("# Command line\n\nWhat `dialtone COMMAND --help` prints, for all commands.\n");
        final CommandLine root = DialtoneCommand.create();
        usage(page, "dialtone", root);
        root.getSubcommands().forEach((name, command) -> {
            usage(page, "dialtone " + name, command);
            command.getSubcommands().forEach((inner, sub) -> usage(page, "dialtone " + name + " " + inner, sub));
        });
        return page.toString();
    }

    private static void usage(final StringBuilder page, final String name, final CommandLine command) {
        command.setUsageHelpAutoWidth(false);
        command.setUsageHelpWidth(120);
        final StringWriter text = new StringWriter();
        command.usage(new PrintWriter(text, true), Ansi.OFF);
        page.append("\n## ").append(name).append("\n\n```\n");
        text.toString()
                .lines()
                .forEach(line -> page.append(line.stripTrailing()).append('\n'));
        page.append("```\n");
    }

    /** @param pages what /metrics says, by the role that says it */
    static String metrics(final Map<String, String> pages) {
        final StringBuilder page = new StringBuilder(MADE);
        page.append(
                "# Metrics\n\n`GET /metrics` on the admin address, in the text format of Prometheus (version 0.0.4). Histograms are in seconds.\n");
        page.append(
                "Labels: `backend`, `state`, `class`, `loop`, `node`, `edge`, `member`, `thread`, `peer`, `peer_thread`, `why`, as the samples show.\n");
        pages.forEach((role, text) -> {
            page.append("\n## ").append(role).append("\n\n| metric | type | what |\n|---|---|---|\n");
            final Map<String, String> types = new TreeMap<>();
            text.lines().filter(line -> line.startsWith("# TYPE ")).forEach(line -> {
                final String[] words = line.split(" ", 4);
                types.put(words[2], words[3]);
            });
            text.lines().filter(line -> line.startsWith("# HELP ")).forEach(line -> {
                final String[] words = line.split(" ", 4);
                page.append("| `")
                        .append(words[2])
                        .append("` | ")
                        .append(types.get(words[2]))
                        .append(" | ");
                page.append(words[3].replace("|", "\\|")).append(" |\n");
            });
        });
        return page.toString();
    }
}
