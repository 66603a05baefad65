package dev.aether.server.store.jetstream.wire;

import dev.aether.server.nats.NatsAccess.Login;
import io.nats.client.AuthHandler;
import io.nats.client.NKey;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/** Lets jnats log in. */
final class NatsLogin {
  private NatsLogin() {}

  static void apply(Login login, Options.Builder options) {
    if (login instanceof Login.Credentials credentials) {
      options.authHandler(Nats.credentials(credentials.file().toString()));
    } else if (login instanceof Login.Nkey nkey) {
      options.authHandler(new NkeyFile(nkey.file()));
    } else if (login instanceof Login.Password known) {
      options.userInfo(known.user().toCharArray(), known.password().get().toCharArray());
    }
  }

  /** Signs with the seed in a file, which is read for each connection. */
  private record NkeyFile(Path file) implements AuthHandler {
    private NKey key() throws IOException {
      return NKey.fromSeed(Files.readString(file).strip().toCharArray());
    }

    @Override
    public byte[] sign(byte[] nonce) {
      try {
        return key().sign(nonce);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read the nkey " + file, e);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("cannot sign with the nkey " + file, e);
      }
    }

    @Override
    public char[] getID() {
      try {
        return key().getPublicKey();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read the nkey " + file, e);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("cannot use the nkey " + file, e);
      }
    }

    @Override
    public char @Nullable [] getJWT() {
      return null;
    }
  }
}
