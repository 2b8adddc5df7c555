package io.dialtone.runtime.node;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets the processes of this installation start faster from now on. */
@Command(
        name = "warm-up",
        description = {
            "Let processes of this installation start with two thirds of the CPU.",
            "",
            "Starts a cluster on loopback for some seconds, makes calls, and keeps in cache/ what the JVM learnt: loaded classes and",
            "what runs hot. To be done once, after the installation and after an update of Java. Without it all works, slower at first;",
            "a cache that does not fit is ignored."
        },
        synopsisHeading = "Usage: ",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  dialtone warm-up",
            "  dialtone warm-up --if-needed",
            "",
            "Exit code 0: done, or done already. 1: another does it now. 69: it could not be done; all works without."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class WarmUpCommand implements Callable<Integer> {
    @Option(names = "--if-needed", description = "Do nothing if there is a cache of these jars and this Java.")
    private boolean ifNeeded;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        final String home = System.getProperty(ChildProcesses.HOME_PROPERTY);
        if (home == null) {
            throw new UnavailableException(
                    "only an installation can be warmed up (expected: to be started by bin/dialtone)");
        }
        Logging.start(LogLevel.WARNING);
        final WarmUp warmUp = new WarmUp(Path.of(home), Path.of(System.getProperty("java.home")));
        if (ifNeeded && warmUp.isDone()) {
            return ExitCode.OK;
        }
        return warmUp.run(spec.commandLine().getOut()) ? ExitCode.OK : ExitCode.NO;
    }
}
