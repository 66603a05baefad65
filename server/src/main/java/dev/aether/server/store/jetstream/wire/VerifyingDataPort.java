package dev.aether.server.store.jetstream.wire;

import io.nats.client.Connection;
import io.nats.client.Options;
import io.nats.client.impl.SocketDataPort;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A connection to NATS that, with TLS, verifies the server's name, which jnats (2.26.2) does not:
 * any certificate of a trusted authority would do. Public, because jnats creates it by its name.
 */
public final class VerifyingDataPort extends SocketDataPort {
  /** RFC 2818: an alternative name must match. */
  private static final String BY_NAME = "HTTPS";

  /** This scheme of a URL means that any server is trusted. */
  private static final String TRUSTS_ALL = "opentls";

  @Override
  public void upgradeToSecure() throws IOException {
    Connection nats = connection;
    Options options = nats.getOptions();
    List<URI> servers = List.copyOf(options.getServers());
    int timeout = socket.getSoTimeout();
    socket.setSoTimeout((int) options.getConnectionTimeout().toMillis());
    SSLSocket secured =
        (SSLSocket)
            options
                .getSslContext()
                .getSocketFactory()
                .createSocket(socket, name(servers, host), port, true);
    if (!isTrustedAnyway(servers, host)) {
      SSLParameters parameters = secured.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm(BY_NAME);
      secured.setSSLParameters(parameters);
    }
    secured.startHandshake();
    secured.setSoTimeout(timeout);
    socket = secured;
    in = secured.getInputStream();
    out = secured.getOutputStream();
    isSecure = true;
  }

  private static boolean isTrustedAnyway(List<URI> configured, String host) {
    return configured.stream()
        .anyMatch(server -> host.equals(server.getHost()) && TRUSTS_ALL.equals(server.getScheme()));
  }

  /** Reports why a server ended TLS, such as a missing client certificate. jnats drops that. */
  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    try {
      return super.read(into, from, length);
    } catch (SSLException e) {
      Connection nats = connection;
      nats.getOptions().getErrorListener().exceptionOccurred(nats, e);
      throw e;
    }
  }

  /**
   * The name to verify. Servers tell their clients of each other by addresses, which certificates
   * seldom have; such a server must have the name of the first configured one, as in nats.go.
   */
  private static String name(List<URI> configured, String host) {
    return configured.stream().anyMatch(server -> host.equals(server.getHost()))
        ? host
        : configured.get(0).getHost();
  }
}
