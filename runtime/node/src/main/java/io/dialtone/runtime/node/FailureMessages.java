package io.dialtone.runtime.node;

import io.dialtone.runtime.link.LinkUnavailableException;
import java.io.PrintWriter;
import java.net.BindException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Says why a command did not do what it was asked, in words for whom it concerns, and picks the exit code. */
final class FailureMessages implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(
            final Exception failure, final CommandLine command, final ParseResult parseResult) {
        return tell(failure, command.getErr());
    }

    /** Says it there, and returns the exit code. */
    static int tell(final Exception failure, final PrintWriter err) {
        return switch (failure) {
            case WrongConfigurationException wrong -> {
                final int count = wrong.problems().size();
                err.println("dialtone: " + (count == 1 ? "a setting is" : count + " settings are")
                        + " wrong; nothing was started.");
                wrong.problems().forEach(problem -> err.println("  " + problem));
                yield ExitCode.CONFIGURATION;
            }
            case UnavailableException _, LinkUnavailableException _, BindException _ -> {
                err.println("dialtone: " + failure.getMessage());
                yield ExitCode.UNAVAILABLE;
            }
            default -> {
                err.println("dialtone: a fault of ours: " + failure + ". Please report it with the lines below.");
                failure.printStackTrace(err);
                yield ExitCode.FAULT;
            }
        };
    }
}
