package dev.aether.server.cli.load;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Into which namespace a line goes: the one it names, else a default one; or, where the user
 * insists, all into one. Then the file may name one namespace only, for two that are laid together
 * can't be told apart again. Used by one thread.
 */
public final class NamespaceChoice {
  private final String namespace;
  private final boolean forAll;
  private @Nullable String named;

  private NamespaceChoice(String namespace, boolean forAll) {
    this.namespace = namespace;
    this.forAll = forAll;
  }

  /** Lines that name a namespace go there, the others into this one. */
  public static NamespaceChoice unlessNamed(String namespace) {
    return new NamespaceChoice(namespace, false);
  }

  /** All lines go into this namespace, whichever one they name. */
  public static NamespaceChoice always(String namespace) {
    return new NamespaceChoice(namespace, true);
  }

  /** The record in its namespace. */
  ImportRecord place(ImportRecord record) throws ImportStopped {
    String own = record.namespace();
    if (!forAll) {
      return record.in(own.isEmpty() ? namespace : own);
    }
    if (!own.isEmpty()) {
      if (named != null && !named.equals(own)) {
        throw new ImportStopped(
            record.number(),
            String.format(
                Locale.ROOT,
                "names the namespace \"%s\" after \"%s\": without --namespace each goes to its own",
                own,
                named));
      }
      named = own;
    }
    return record.in(namespace);
  }
}
