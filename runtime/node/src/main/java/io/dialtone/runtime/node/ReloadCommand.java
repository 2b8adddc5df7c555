package io.dialtone.runtime.node;

import picocli.CommandLine.Command;

/** Makes a balancer read its backends file again, or a Diameter agent its routes file. */
@Command(
        name = "reload",
        description = {
            "Make a running balancer read its backends file again, or a Diameter agent its routes file, as SIGHUP does.",
            "If a line of it is wrong, nothing changes."
        },
        footer = {"  dialtone reload", "  dialtone reload --name sip-lb --json"})
final class ReloadCommand extends ToolCommand {
    @Override
    int ask() throws Exception {
        print(target().one(BackendsCommand.ROLE, DiameterLbRole.ROLE).post("/reload", Json.object()));
        return ExitCode.OK;
    }
}
