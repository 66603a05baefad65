package dev.aether.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;

/**
 * What aether.jar logs, and where: to standard error, since standard output is for data. Clients
 * are quiet; {@code serve} raises the level of Aether's own loggers. Logback calls it because
 * aether.jar names it as a service. In code rather than in a logback.xml, since the XML parser
 * takes longer to start than a client takes for its request.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
  /** A message is one line, so that nobody can forge lines with a text that is logged. */
  private static final String PATTERN =
      "%d{yyyy-MM-dd HH:mm:ss.SSSXXX} %-5level %logger{0} -"
          + " %replace(%msg){'\\p{Cntrl}', ' '}%n%ex{short}";

  /** A file of the user's, which logback looks for if nothing else is set up. */
  private static final String FILE_PROPERTY = "logback.configurationFile";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(FILE_PROPERTY) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    // Otherwise logback may print what it thinks of its setup to standard output.
    context.getStatusManager().add(new NopStatusListener());
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> standardError = new ConsoleAppender<>();
    standardError.setContext(context);
    standardError.setTarget("System.err");
    standardError.setEncoder(encoder);
    standardError.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(standardError);
    // A client's broken connection or malformed request is no news for a server's log.
    context.getLogger("io.grpc").setLevel(Level.ERROR);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
