package io.dialtone.net;

import java.net.InetAddress;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** For whom a certificate is: by its subject alternative names, and by nothing else (RFC 5922 section 7.1). Any thread. */
public final class CertificateIdentity {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private CertificateIdentity() {}

    /** True if the peer of a session has shown a certificate for this address; that it leads to an authority was seen when hands were shaken. */
    public static boolean isShown(final SSLSession session, final String address) {
        try {
            final Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate shown && isFor(shown, address, List.of());
        } catch (SSLPeerUnverifiedException _) {
            return false; // it has shown none, as it may
        }
    }

    /** The host names of the certificate that the peer of a session has shown; none if it has shown none, or if it is for none. */
    public static List<String> shownNames(final SSLSession session) {
        try {
            final Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate shown ? hostNames(shown) : List.of();
        } catch (SSLPeerUnverifiedException | CertificateParsingException _) {
            return List.of();
        }
    }

    /** True if a certificate is for this address, or for one of these host names. */
    static boolean isFor(final X509Certificate certificate, final String address, final List<String> hostNames) {
        try {
            final InetAddress wanted = InetAddress.ofLiteral(address);
            return alternatives(certificate, IP_ADDRESS).stream()
                            .anyMatch(name -> InetAddress.ofLiteral(name).equals(wanted))
                    || alternatives(certificate, DNS_NAME).stream()
                            .anyMatch(name -> hostNames.stream().anyMatch(host -> covers(name, host)));
        } catch (CertificateParsingException _) {
            return false;
        }
    }

    /** The host names that a certificate is for. */
    public static List<String> hostNames(final X509Certificate certificate) throws CertificateParsingException {
        return alternatives(certificate, DNS_NAME);
    }

    private static List<String> alternatives(final X509Certificate certificate, final int kind)
            throws CertificateParsingException {
        final Collection<List<?>> all = certificate.getSubjectAlternativeNames();
        return all == null
                ? List.of()
                : all.stream()
                        .filter(each -> each.get(0) instanceof Integer its && its == kind)
                        .map(each -> String.valueOf(each.get(1)))
                        .toList();
    }

    /** True if a name of a certificate is for a host: the same, or one label more where it has a star. */
    private static boolean covers(final String ofCertificate, final String host) {
        final String name = ofCertificate.toLowerCase(Locale.ROOT);
        final String wanted = host.toLowerCase(Locale.ROOT);
        final int dot = wanted.indexOf('.');
        return name.equals(wanted) || (dot > 0 && name.equals("*" + wanted.substring(dot)));
    }
}
