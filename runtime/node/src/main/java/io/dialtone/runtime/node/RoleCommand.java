package io.dialtone.runtime.node;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command whose options are settings, and whose process stays until it is told to stop. Used by the main thread only. */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        abbreviateSynopsis = true,
        synopsisHeading = "Usage: ",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        sortOptions = false)
abstract class RoleCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    /** What the role can be told. */
    abstract List<SettingGroup> groups();

    /** The configuration file, if the command has a way of its own to name it. */
    Optional<Path> configFile() {
        return Optional.empty();
    }

    /** Builds the role, waits until it is told to stop, takes it down. */
    abstract int run(Settings settings) throws Exception;

    @Override
    public final Integer call() throws Exception {
        return start(SettingOptions.read(spec.commandLine().getParseResult(), groups(), System.getenv(), configFile()));
    }

    /** The same for whoever has read the command line already. */
    final int start(final RoleArguments arguments) throws Exception {
        return start(SettingOptions.read(arguments.flags(), groups(), System.getenv(), arguments.config()));
    }

    private int start(final Settings settings) throws Exception {
        Logging.start(settings.get(CommonSettings.LOG_LEVEL));
        return run(settings);
    }
}
