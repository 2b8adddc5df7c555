package io.dialtone.runtime.node;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a script with which a shell completes our commands. */
@Command(
        name = "completion",
        description = "Print a script with which bash or zsh completes commands and options.",
        mixinStandardHelpOptions = true,
        synopsisHeading = "Usage: ",
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  In this shell:   source <(dialtone completion bash)",
            "  For good:        dialtone completion bash > ~/.local/share/bash-completion/completions/dialtone"
        })
final class CompletionCommand implements Callable<Integer> {
    /** Shells we speak to. */
    enum Shell {
        bash,
        zsh
    }

    @Parameters(paramLabel = "bash|zsh", defaultValue = "bash", description = "The shell. Default: ${DEFAULT-VALUE}.")
    private Shell shell = Shell.bash;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (shell == Shell.zsh) {
            spec.commandLine()
                    .getOut()
                    .println("autoload -U +X compinit && compinit; autoload -U +X bashcompinit && bashcompinit");
        }
        spec.commandLine()
                .getOut()
                .println(AutoComplete.bash("dialtone", spec.root().commandLine()));
        return ExitCode.OK;
    }
}
