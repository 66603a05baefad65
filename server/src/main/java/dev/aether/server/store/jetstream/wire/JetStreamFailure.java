package dev.aether.server.store.jetstream.wire;

/** A request to JetStream failed. The kind says whether it may have had an effect. */
public final class JetStreamFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What is known about the effect of the request. */
  public enum Kind {
    /** JetStream refused it, so it had no effect. {@link #code} is the cause. */
    REFUSED,
    /** There was no responder, or the request could not be sent. It had no effect. */
    NOT_DELIVERED,
    /** No response came. The request may have an effect, now or later. */
    NO_ANSWER
  }

  private final Kind kind;
  private final int code;

  private JetStreamFailure(Kind kind, int code, String message) {
    super(message, null, false, false);
    this.kind = kind;
    this.code = code;
  }

  static JetStreamFailure refused(int code, String message) {
    return new JetStreamFailure(
        Kind.REFUSED, code, code > 0 ? message + " (" + code + ")" : message);
  }

  public static JetStreamFailure notDelivered(String message) {
    return new JetStreamFailure(Kind.NOT_DELIVERED, 0, message);
  }

  public static JetStreamFailure noAnswer(String message) {
    return new JetStreamFailure(Kind.NO_ANSWER, 0, message);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  public Kind kind() {
    return kind;
  }

  /** JetStream's error code (err_code); 0 unless refused. */
  int code() {
    return code;
  }
}
