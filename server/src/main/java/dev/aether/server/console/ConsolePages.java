package dev.aether.server.console;

import dev.aether.server.ops.HttpAnswer;
import dev.aether.server.ops.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The files of the console's page. They are part of the server, contain no data, and make the
 * browser ask nobody else.
 */
final class ConsolePages {
  /** Nothing from elsewhere, no script or style within the page, and in no frame. */
  private static final String ONLY_FROM_HERE =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private ConsolePages() {}

  static List<Route> routes() {
    return List.of(
        page("/", "index.html", "text/html; charset=utf-8"),
        page("/console/console.css", "console.css", "text/css; charset=utf-8"),
        page("/console/console.js", "console.js", "text/javascript; charset=utf-8"),
        page("/console/icon.svg", "icon.svg", "image/svg+xml"));
  }

  private static Route page(String path, String file, String type) {
    HttpAnswer answer =
        HttpAnswer.of(200, type, content(file))
            .with("Content-Security-Policy", ONLY_FROM_HERE)
            .with("Referrer-Policy", "no-referrer");
    return Route.forIdentity(path, question -> answer);
  }

  private static byte[] content(String file) {
    try (InputStream in = ConsolePages.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the server lacks its file " + file);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
