package io.dialtone.runtime.node;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints which build of Dialtone this is, and on what it runs. */
@Command(
        name = "version",
        description = "Print the version of Dialtone, of Java and of the operating system.",
        synopsisHeading = "Usage: ",
        descriptionHeading = "%n",
        mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    @Override
    public Integer call() {
        for (final String line : new Version().getVersion()) {
            spec.commandLine().getOut().println(line);
        }
        return ExitCode.OK;
    }
}
