package io.dialtone.runtime.node;

import java.util.List;
import picocli.CommandLine.Command;

/** A SIP balancer that runs alone, in front of servers that know nothing of Dialtone. */
@Command(
        name = "sip-lb",
        description = {
            "Run a SIP balancer in front of servers that know nothing of Dialtone.",
            "",
            "It keeps no calls: dialogs find their server again by a sealed token in Record-Route, all else by the affinity",
            "rule. A server that is dead, or being drained, gets no new calls. It runs until SIGTERM or Ctrl-C."
        },
        footer = {
            "  dialtone sip-lb --listen udp:127.0.0.1:5060 --backend 127.0.0.1:5071 --backend 127.0.0.1:5072",
            "  dialtone sip-lb --listen 'udp:10.0.0.1:5060;advertise=sip.example.net:5060' --backend '10.0.1.1:5060;weight=2' \\",
            "                  --backend 10.0.1.2:5060 --affinity from-user --token-key-file /etc/dialtone/token.key",
            "  dialtone sip-lb --config /etc/dialtone/sip-lb.yaml --loops 4",
            "",
            "See also: dialtone status, backends, drain, reload; docs/how-to/put-the-balancer-in-front-of-your-servers.md"
        })
final class SipLbCommand extends RoleCommand {
    @Override
    List<SettingGroup> groups() {
        return SipLbSettings.GROUPS;
    }

    @Override
    int run(final Settings settings) throws Exception {
        return SipLbRole.run(settings);
    }
}
