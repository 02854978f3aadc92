//! `wayleave cert new`: makes a certificate and says what to do with it.

use std::process::ExitCode;

use engine::certificate::{KeySize, NewCertificate, NewCertificateError};
use engine::deps::SystemClock;
use preflight::Clock as _;

use crate::args::{Bits, NewCert};
use crate::order::from_env;
use crate::{USAGE, output};

/// Makes a certificate.
pub(crate) fn new(args: NewCert) -> ExitCode {
    let password = match args.password_env.as_deref().map(from_env).transpose() {
        Ok(password) => password,
        Err(error) => return output::refuse(&preflight::chain(&error), USAGE),
    };
    let size = match args.bits {
        Bits::Bits2048 => KeySize::Bits2048,
        Bits::Bits3072 => KeySize::Bits3072,
    };
    let order = NewCertificate { name: args.name, folder: args.out, days: args.days, size, password };
    match order.make(SystemClock::default().now()) {
        Ok(made) => {
            output::told(&made.told());
            ExitCode::SUCCESS
        }
        Err(NewCertificateError::Make(error)) => output::refuse_explained(&error, 2),
        Err(error) => output::refuse(&preflight::chain(&error), 2),
    }
}
