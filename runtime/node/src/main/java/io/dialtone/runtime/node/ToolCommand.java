package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that asks a running process something and prints the answer, for people or as JSON. Used by the main thread only. */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisHeading = "Usage: ",
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        sortOptions = false)
abstract class ToolCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    @Mixin
    private final AdminTarget target = new AdminTarget();

    @Option(names = "--json", description = "Print the answer as JSON.")
    private boolean json;

    final AdminTarget target() {
        return target;
    }

    final boolean json() {
        return json;
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Prints what a process says it did. */
    final void print(final JsonNode answer) {
        out().println(json ? Json.write(answer) : answer.path("done").asText());
    }

    /** Asks, prints, and says with which code to end. */
    abstract int ask() throws Exception;

    @Override
    public final Integer call() throws Exception {
        try {
            return ask();
        } catch (AdminRefusal refusal) {
            err().println("dialtone: " + refusal.getMessage());
            return ExitCode.NO;
        }
    }
}
