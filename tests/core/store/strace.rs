//! The real system calls.
