package io.dialtone.runtime.node;

import java.util.List;
import picocli.CommandLine.Command;

/** A Diameter agent that runs alone, between clients and servers that know nothing of Dialtone. */
@Command(
        name = "diameter-lb",
        description = {
            "Run a Diameter agent between clients and servers that know nothing of Dialtone.",
            "",
            "It relays requests by realm and application, keeps sessions at their server, spreads new ones, and sends what a",
            "server does not answer to another one. It runs until SIGTERM or Ctrl-C, and then parts from its peers."
        },
        footer = {
            "  dialtone diameter-lb --listen tcp:127.0.0.1:3868 --identity relay.example.net \\",
            "                       --peer ocs1.example.net=tcp:127.0.0.1:3871 --peer ocs2.example.net=tcp:127.0.0.1:3872 \\",
            "                       --accept pcef.example.net",
            "  dialtone diameter-lb --config /etc/dialtone/diameter-lb.yaml --routes-file /etc/dialtone/routes",
            "",
            "See also: dialtone status, peers, drain, reload; docs/how-to/put-the-agent-between-diameter-nodes.md"
        })
final class DiameterLbCommand extends RoleCommand {
    @Override
    List<SettingGroup> groups() {
        return DiameterLbSettings.GROUPS;
    }

    @Override
    int run(final Settings settings) throws Exception {
        return DiameterLbRole.run(settings);
    }
}
